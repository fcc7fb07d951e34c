import {
  BulbOutlined,
  LogoutOutlined,
  QuestionCircleOutlined,
  UserOutlined,
} from '@ant-design/icons'
import { Button, Dropdown, Modal, Spin } from 'antd'
import { Suspense, useMemo, useState, type MouseEvent, type ReactNode } from 'react'
import { Link, Redirect, Route, Switch, useLocation } from 'wouter'
import { useCounts } from '../desk/use-desk.ts'
import { UndoProvider } from '../desk/undo.tsx'
import { useGo, useMayLeave } from '../foundation/leaving.tsx'
import { Key, useKeyGroups, useKeys } from '../foundation/keys.tsx'
import { useConnected, useLive } from '../foundation/live.ts'
import { Nothing } from '../foundation/parts.tsx'
import { useSession, useSessionAccess } from '../foundation/session.tsx'
import type { Mode } from '../theme.ts'
import { roleWords } from '../words.ts'
import { screensOf, type Screen } from '../routes.tsx'
import { LoginForm } from './login.tsx'
import { Ringing } from './ringing.tsx'

/** The one layout: banners, head, the screens of one's role. */
export function Frame({ mode, switchMode }: { mode: Mode; switchMode: () => void }) {
  const { staff, sandbox } = useSession()
  const { state } = useSessionAccess()
  const screens = screensOf(staff.role)
  useLive(state.at === 'in')
  return (
    <UndoProvider>
      <div className="frame">
        {sandbox && (
          <div className="banner" role="note">
            沙箱环境：短信由模拟平台收发，不会到达真实群众
          </div>
        )}
        <Offline />
        <Head screens={screens} mode={mode} switchMode={switchMode} />
        {(staff.role === 'agent' || staff.role === 'supervisor') && <Ringing />}
        <main className="page" id="page">
          <Suspense fallback={<Spin style={{ display: 'block', margin: '4rem auto' }} />}>
            <Switch>
              {screens.map(({ path, page: Page }) => (
                <Route key={path} path={path}>
                  <Page />
                </Route>
              ))}
              <Route path="/">
                {screens[0] ? (
                  <Redirect to={screens[0].path} replace />
                ) : (
                  <Nothing says="您的角色还没有可用的页面" />
                )}
              </Route>
              <Route>
                <Nothing says="没有这个页面，或您的角色不能查看">
                  <Link to="/">回到首页</Link>
                </Nothing>
              </Route>
            </Switch>
          </Suspense>
        </main>
      </div>
      {state.at === 'expired' && (
        <Modal
          open
          title="登录已过期，请重新登录"
          closable={false}
          footer={null}
          keyboard={false}
          width={420}
          afterOpenChange={() =>
            document.querySelector<HTMLInputElement>('.ant-modal input[type=password]')?.focus()
          }
        >
          <p className="soft" style={{ marginBottom: 16 }}>
            页面上的内容都还在，登录后可以接着办。
          </p>
          <LoginForm name={staff.name} />
        </Modal>
      )}
    </UndoProvider>
  )
}

function Offline() {
  const connected = useConnected()
  return (
    <div role="status" aria-live="polite">
      {!connected && (
        <div className="banner offline">
          与服务器的连接已断开，正在重新连接；页面上的内容可能不是最新的，已填写的内容不会丢失
        </div>
      )}
    </div>
  )
}

function Head({
  screens,
  mode,
  switchMode,
}: {
  screens: readonly Screen[]
  mode: Mode
  switchMode: () => void
}) {
  const { staff } = useSession()
  const { logOut } = useSessionAccess()
  const mayLeave = useMayLeave()
  const go = useGo()
  const [location] = useLocation()
  const [helping, setHelping] = useState(false)
  const onDesk = staff.role === 'agent' || staff.role === 'supervisor'
  const { data: counts } = useCounts(onDesk)
  const titled = screens.filter(({ title }) => title)
  const keys = useMemo(
    () => [
      { key: '?', says: '显示或关闭按键说明', run: () => setHelping((before) => !before) },
      ...screens
        .filter(({ title }) => title)
        .slice(0, 9)
        .map(({ path, title }, index) => ({
          key: `alt+${index + 1}`,
          says: `转到${title}`,
          whileTyping: true,
          run: () => void go(path),
        })),
    ],
    [screens, go],
  )
  useKeys('任何页面', keys)
  const leave = async () => {
    if (await mayLeave()) await logOut()
  }
  return (
    <header className="head">
      <span className="brand">回访工作台</span>
      <nav aria-label="主导航">
        {titled.map(({ path, title, count }) => (
          <GuardedLink
            key={path}
            to={path}
            current={location === path || location.startsWith(`${path}/`)}
          >
            {title}
            {count && counts && counts[count] > 0 && (
              <span className={`count${count === 'ringing' ? ' ring' : ''}`}>{counts[count]}</span>
            )}
          </GuardedLink>
        ))}
      </nav>
      <div className="who">
        {staff.name} · {roleWords[staff.role]}
        <br />
        <small>{staff.unitName}</small>
      </div>
      <Button
        type="text"
        icon={<QuestionCircleOutlined />}
        aria-label="按键说明"
        title="按键说明（?）"
        onClick={() => setHelping(true)}
      />
      <Button
        type="text"
        icon={<BulbOutlined />}
        aria-label={mode === 'light' ? '换成深色' : '换成浅色'}
        title={mode === 'light' ? '换成深色' : '换成浅色'}
        onClick={switchMode}
      />
      <Dropdown
        menu={{
          items: [
            {
              key: 'account',
              label: '我的账号',
              icon: <UserOutlined />,
              onClick: () => void go('/account'),
            },
            {
              key: 'out',
              label: '退出登录',
              icon: <LogoutOutlined />,
              onClick: () => void leave(),
            },
          ],
        }}
        trigger={['click']}
      >
        <Button type="text" icon={<UserOutlined />} aria-label="账号" title="账号" />
      </Dropdown>
      <KeyHelp open={helping} onClose={() => setHelping(false)} />
    </header>
  )
}

function GuardedLink({
  to,
  current,
  children,
}: {
  to: string
  current: boolean
  children: ReactNode
}) {
  const go = useGo()
  const follow = (event: MouseEvent) => {
    // A new tab leaves nothing behind.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    void go(to)
  }
  return (
    <a href={to} onClick={follow} aria-current={current ? 'page' : undefined}>
      {children}
    </a>
  )
}

function KeyHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  const groups = useKeyGroups()
  return (
    <Modal open={open} title="按键说明" footer={null} onCancel={onClose} width={980}>
      <div className="help-grid">
        {open &&
          [...groups()]
            .filter(([, bindings]) => bindings.length > 0)
            .map(([name, bindings]) => (
              <section key={name} aria-label={name}>
                <h3>{name}</h3>
                <dl>
                  {bindings.map(({ key, says }) => (
                    <div key={key} style={{ display: 'contents' }}>
                      <dt>
                        <Key name={key} />
                      </dt>
                      <dd>{says}</dd>
                    </div>
                  ))}
                </dl>
              </section>
            ))}
      </div>
    </Modal>
  )
}
