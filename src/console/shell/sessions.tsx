import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { get, remove, type ApiError } from '../foundation/api.ts'
import { sayInstant } from '../foundation/clock.ts'
import { Loaded, Nothing } from '../foundation/parts.tsx'

interface Alive {
  id: string
  method: 'password' | 'single_sign_on'
  address: string
  userAgent: string
  beganAt: string
  lastSeenAt: string
  expiresAt: string
  current: boolean
}

/** Where somebody is logged in at this moment, each to be ended: one's own, or for administrators another's. */
export function Sessions({ staffId }: { staffId?: string }) {
  const queries = useQueryClient()
  const { message } = App.useApp()
  const queryKey = ['sessions', staffId ?? 'own']
  const sessions = useQuery({
    queryKey,
    queryFn: () =>
      get<{ sessions: Alive[] }>(`/api/v1/sessions${staffId ? `?staffId=${staffId}` : ''}`),
  })
  const end = useMutation({
    mutationFn: (id: string) => remove(`/api/v1/sessions/${id}`),
    onSuccess: () => void message.success('已终止该登录'),
    onError: (error) => void message.error((error as ApiError).message),
    onSettled: () => queries.invalidateQueries({ queryKey }),
  })
  return (
    <Loaded query={sessions}>
      {({ sessions: alive }) =>
        alive.length === 0 ? (
          <Nothing says="现在没有登录" />
        ) : (
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">地址与浏览器</th>
                <th scope="col">登录于</th>
                <th scope="col">最近使用</th>
                <th scope="col">
                  <span className="out-of-sight">操作</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {alive.map((each) => (
                <tr key={each.id}>
                  <td>
                    {each.address}
                    <br />
                    <span className="quiet">
                      {sayBrowser(each.userAgent)}
                      {each.method === 'single_sign_on' && ' · 统一认证'}
                    </span>
                  </td>
                  <td>{sayInstant(each.beganAt)}</td>
                  <td>{sayInstant(each.lastSeenAt)}</td>
                  <td style={{ textAlign: 'right' }}>
                    {each.current ? (
                      <span className="pill ok">本次登录</span>
                    ) : (
                      <Button
                        size="small"
                        danger
                        aria-label={`终止 ${each.address} 的登录`}
                        loading={end.isPending && end.variables === each.id}
                        onClick={() => end.mutate(each.id)}
                      >
                        终止
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )
      }
    </Loaded>
  )
}

const browsers = [
  ['Edg/', 'Edge'],
  ['360SE', '360 浏览器'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const
const systems = [
  ['Windows', 'Windows'],
  ['Mac OS', 'macOS'],
  ['Android', 'Android'],
  ['Linux', 'Linux'],
] as const

function sayBrowser(userAgent: string): string {
  const find = (names: readonly (readonly [string, string])[]) =>
    names.find(([mark]) => userAgent.includes(mark))?.[1]
  return [find(browsers) ?? '未知浏览器', find(systems)].filter(Boolean).join(' · ')
}
