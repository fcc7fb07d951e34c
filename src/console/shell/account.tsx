import { App } from 'antd'
import { useState } from 'react'
import { useSession } from '../foundation/session.tsx'
import { roleWords } from '../words.ts'
import { PasswordForm } from './password.tsx'
import { Sessions } from './sessions.tsx'

/** One's own account: who one is here, a new password, where one is logged in. */
export default function AccountPage() {
  return (
    <div className="inner">
      <div className="title-row">
        <h1>我的账号</h1>
      </div>
      <Account />
    </div>
  )
}

export function Account() {
  const { staff } = useSession()
  const { message } = App.useApp()
  // A form that was sent begins anew.
  const [changes, setChanges] = useState(0)
  return (
    <div className="account">
      <section className="sheet" aria-label="更改密码">
        <h2>更改密码</h2>
        <PasswordForm
          key={changes}
          onDone={() => {
            setChanges((before) => before + 1)
            void message.success('密码已更改，其他登录已终止')
          }}
        />
      </section>
      <section className="sheet" aria-label="我的登录">
        <h2>我的登录</h2>
        <dl className="facts">
          <dt>身份</dt>
          <dd>
            {staff.name} · {roleWords[staff.role]}
          </dd>
          <dt>所在单位</dt>
          <dd>{staff.unitName}</dd>
          <dt>负责范围</dt>
          <dd>{staff.scopeName}</dd>
        </dl>
        <Sessions />
        <p className="quiet">发现不是您本人的登录，请终止它并更改密码，然后告知管理员。</p>
      </section>
    </div>
  )
}
