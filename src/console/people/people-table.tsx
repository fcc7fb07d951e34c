import { Button } from 'antd'
import { sayInstant } from '../foundation/clock.ts'
import { useSession } from '../foundation/session.tsx'
import { roleWords } from '../words.ts'
import type { Person } from './use-people.ts'

export function PeopleTable({
  people,
  nameOf,
  onEdit,
  onAsk,
  onWatch,
}: {
  people: readonly Person[]
  nameOf: (unitCode: string) => string
  onEdit: (person: Person) => void
  onAsk: (what: 'disable' | 'enable' | 'password', person: Person) => void
  onWatch: (person: Person) => void
}) {
  const { staff } = useSession()
  return (
    <table className="plain">
      <thead>
        <tr>
          <th scope="col">姓名或工号</th>
          <th scope="col">角色</th>
          <th scope="col">所在单位</th>
          <th scope="col">负责范围</th>
          <th scope="col">状态</th>
          <th scope="col">最近使用</th>
          <th scope="col">
            <span className="out-of-sight">操作</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {people.map((person) => (
          <tr key={person.id}>
            <th scope="row">{person.name}</th>
            <td>{roleWords[person.role]}</td>
            <td>{nameOf(person.unitCode)}</td>
            <td>{nameOf(person.scopeCode)}</td>
            <td>
              <Standing of={person} />
            </td>
            <td>{person.lastSeenAt ? sayInstant(person.lastSeenAt) : '未登录过'}</td>
            <td className="row-acts">
              {person.mayChange ? (
                <>
                  <Act of={person} does="修改" run={() => onEdit(person)} />
                  <Act of={person} does="重置密码" run={() => onAsk('password', person)} />
                  <Act of={person} does="登录" run={() => onWatch(person)} />
                  {person.active ? (
                    <Act of={person} does="停用" danger run={() => onAsk('disable', person)} />
                  ) : (
                    <Act of={person} does="启用" run={() => onAsk('enable', person)} />
                  )}
                </>
              ) : (
                <span className="quiet">
                  {person.id === staff.id ? '您本人：由另一名管理员修改' : '超出您的管理范围'}
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Act({
  of,
  does,
  run,
  danger = false,
}: {
  of: Person
  does: string
  run: () => void
  danger?: boolean
}) {
  return (
    <Button
      size="small"
      type="text"
      danger={danger}
      aria-label={`${does}：${of.name}`}
      onClick={run}
    >
      {does}
    </Button>
  )
}

function Standing({ of: { active, mustChange } }: { of: Person }) {
  if (!active) return <span className="pill">已停用</span>
  if (mustChange === null) return <span className="pill warn">未设密码</span>
  if (mustChange) return <span className="pill warn">待改初始密码</span>
  return <span className="pill ok">在用</span>
}
