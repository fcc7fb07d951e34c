import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button, Drawer, Input, Modal, Select, Switch } from 'antd'
import { useMemo, useState } from 'react'
import { patch, post, type ApiError } from '../foundation/api.ts'
import { Key, useKeys } from '../foundation/keys.tsx'
import { Loaded, Nothing } from '../foundation/parts.tsx'
import type { Role } from '../foundation/session.tsx'
import { useUnits } from '../foundation/use-units.ts'
import { Sessions } from '../shell/sessions.tsx'
import { roleWords } from '../words.ts'
import { OneTimePassword } from './one-time-password.tsx'
import { PeopleTable } from './people-table.tsx'
import { PersonForm } from './person-form.tsx'
import { usePeople, type Person } from './use-people.ts'

type Asked = { what: 'disable' | 'enable' | 'password'; person: Person }

const questions: Record<Asked['what'], { title: string; says: string; ok: string }> = {
  disable: {
    title: '停用',
    says: '此人的登录和密钥会立即失效，手上的回访在占用到期后回到队列。以前的记录都保留，以后可以再启用。',
    ok: '停用',
  },
  enable: {
    title: '启用',
    says: '此人可以用原来的密码登录；以前的密钥不会恢复。',
    ok: '启用',
  },
  password: {
    title: '重置密码',
    says: '原来的密码和所有登录会立即失效，连续输错造成的锁定也会解除。新的初始密码只显示一次。',
    ok: '重置',
  },
}

/** The people of one's part of the tree: who may do what, for whom, and whether they still may. */
export default function People() {
  const people = usePeople()
  const units = useUnits()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [text, setText] = useState('')
  const [role, setRole] = useState<Role | undefined>()
  const [withDisabled, setWithDisabled] = useState(false)
  const [editing, setEditing] = useState<{ person: Person | null } | null>(null)
  const [told, setTold] = useState<{ name: string; oneTimePassword: string } | null>(null)
  const [asked, setAsked] = useState<Asked | null>(null)
  const [watched, setWatched] = useState<Person | null>(null)

  const act = useMutation({
    mutationFn: async ({ what, person }: Asked) => {
      if (what !== 'password') {
        await patch(`/api/v1/staff/${person.id}`, { active: what === 'enable' })
        return null
      }
      return post<{ oneTimePassword: string }>(`/api/v1/staff/${person.id}/password`)
    },
    onSuccess: (answer, { what, person }) => {
      setAsked(null)
      if (answer) setTold({ name: person.name, ...answer })
      else void message.success(`已${questions[what].title}：${person.name}`)
    },
    onError: (error) => void message.error((error as ApiError).message),
    onSettled: () => queries.invalidateQueries({ queryKey: ['people'] }),
  })
  const keys = useMemo(
    () => [{ key: 'n', says: '登记人员', run: () => setEditing({ person: null }) }],
    [],
  )
  useKeys('人员', keys)

  return (
    <div className="inner">
      <div className="title-row">
        <h1>人员</h1>
        <Input.Search
          aria-label="按姓名或单位查找"
          placeholder="姓名或单位"
          allowClear
          style={{ width: '14rem' }}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Select
          aria-label="角色"
          allowClear
          placeholder="全部角色"
          style={{ width: '8rem' }}
          value={role}
          onChange={setRole}
          options={Object.entries(roleWords).map(([value, label]) => ({ value, label }))}
        />
        <label className="quiet">
          <Switch size="small" checked={withDisabled} onChange={setWithDisabled} /> 显示已停用
        </label>
        <Button type="primary" size="large" onClick={() => setEditing({ person: null })}>
          登记人员 <Key name="n" />
        </Button>
      </div>
      <section className="sheet" aria-label="人员名单">
        <Loaded query={people}>
          {({ people: all }) => {
            const shown = all.filter(
              (person) =>
                (withDisabled || person.active) &&
                (role === undefined || person.role === role) &&
                `${person.name} ${units.nameOf(person.unitCode)}`.includes(text.trim()),
            )
            return shown.length === 0 ? (
              <Nothing
                says={all.length === 0 ? '您的管理范围内还没有人员' : '没有符合条件的人员'}
              />
            ) : (
              <PeopleTable
                people={shown}
                nameOf={units.nameOf}
                onEdit={(person) => setEditing({ person })}
                onAsk={(what, person) => setAsked({ what, person })}
                onWatch={setWatched}
              />
            )
          }}
        </Loaded>
      </section>
      {editing && (
        <PersonForm
          person={editing.person}
          onClose={() => setEditing(null)}
          onDone={(answer) => {
            setEditing(null)
            if (answer) setTold(answer)
            else void message.success('已保存')
          }}
        />
      )}
      {told && (
        <OneTimePassword
          name={told.name}
          password={told.oneTimePassword}
          onClose={() => setTold(null)}
        />
      )}
      <Modal
        open={asked !== null}
        title={asked && `${questions[asked.what].title}：${asked.person.name}`}
        okText={asked && questions[asked.what].ok}
        cancelText="取消"
        okButtonProps={{ danger: asked?.what !== 'enable', autoFocus: true }}
        confirmLoading={act.isPending}
        onCancel={() => setAsked(null)}
        onOk={() => asked && act.mutate(asked)}
      >
        {asked && questions[asked.what].says}
      </Modal>
      <Drawer
        open={watched !== null}
        title={watched && `${watched.name} 的登录`}
        size="large"
        onClose={() => setWatched(null)}
      >
        {watched && <Sessions staffId={watched.id} />}
      </Drawer>
    </div>
  )
}
