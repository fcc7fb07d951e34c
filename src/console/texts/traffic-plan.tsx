import { App, Button, InputNumber } from 'antd'
import { useState } from 'react'
import type { Slot } from '../../template/plan-store.ts'
import { templateStateWords, usableStates } from '../../template/states.ts'
import { DryRun } from '../dry-run/dry-run.tsx'
import { post } from '../foundation/api.ts'
import { sayInstant } from '../foundation/clock.ts'
import { Loaded, Nothing } from '../foundation/parts.tsx'
import { Reason } from '../foundation/reason.tsx'
import { usePlans, useTextsChanged, type Version } from './use-texts.ts'
import { businessName, purposeWords } from './words.ts'

interface Share {
  id: string
  weight: number
}

/** Which versions of a use citizens get, each with its share; and the way back to what was before. */
export function TrafficPlan({ slot, all }: { slot: Slot; all: Version[] }) {
  const plans = usePlans(slot)
  const versions = all.filter(
    ({ purpose, business }) => purpose === slot.purpose && business === slot.business,
  )
  const label = `启用：${purposeWords[slot.purpose]} · ${businessName(slot.business)}`
  return (
    <section className="sheet" aria-label="启用">
      <h2>{label}</h2>
      <Loaded query={plans}>
        {({ plans: known }) => (
          <PlanForm
            // A plan that somebody put in force meanwhile is where one begins.
            key={known[0]?.number ?? 0}
            slot={slot}
            versions={versions}
            present={known[0] ?? null}
            before={known[1] ?? null}
          />
        )}
      </Loaded>
    </section>
  )
}

interface Known {
  number: number
  shares: Share[]
  plannedAt: string
  why: string
}

function PlanForm({
  slot,
  versions,
  present,
  before,
}: {
  slot: Slot
  versions: Version[]
  present: Known | null
  before: Known | null
}) {
  const { message } = App.useApp()
  const changed = useTextsChanged()
  const [weights, setWeights] = useState<Record<string, number>>(() =>
    Object.fromEntries(
      versions.filter(({ state }) => state === 'active').map(({ id, weight }) => [id, weight]),
    ),
  )
  const [asked, setAsked] = useState<'activate' | 'rollback' | null>(null)
  const [trying, setTrying] = useState(false)
  const usable = versions.filter(({ state }) => usableStates.includes(state))
  const shares = usable.flatMap(({ id }) => (weights[id] ? [{ id, weight: weights[id] }] : []))
  const sum = shares.reduce((total, { weight }) => total + weight, 0)
  const same =
    shares.length === (present?.shares.length ?? 0) &&
    shares.every((share) =>
      present?.shares.some(({ id, weight }) => id === share.id && weight === share.weight),
    )
  const done = async (says: string) => {
    setAsked(null)
    await changed()
    void message.success(says)
  }
  if (usable.length === 0) return <Nothing says="还没有平台审核通过的版本，暂不能启用" />
  return (
    <>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">版本</th>
            <th scope="col">状态</th>
            <th scope="col">权重</th>
            <th scope="col">占比</th>
          </tr>
        </thead>
        <tbody>
          {usable.map(({ id, key, version, state }) => (
            <tr key={id}>
              <td>
                {key} 第 {version} 版
              </td>
              <td>{templateStateWords[state]}</td>
              <td>
                <InputNumber
                  aria-label={`权重：${key} 第 ${version} 版`}
                  min={0}
                  max={1_000}
                  precision={0}
                  value={weights[id] ?? 0}
                  onChange={(weight) => setWeights((old) => ({ ...old, [id]: weight ?? 0 }))}
                />
              </td>
              <td>{weights[id] ? `${((weights[id] / sum) * 100).toFixed(1)} %` : '不使用'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet">
        同一位群众总是收到同一版本；权重 0 为不使用。
        {present && ` 现行方案 ${sayInstant(present.plannedAt)} 起：${present.why}`}
      </p>
      <div className="text-actions">
        <Button
          type="primary"
          disabled={same || shares.length === 0}
          onClick={() => setAsked('activate')}
        >
          启用…
        </Button>
        {slot.purpose === 'ask' && (
          <Button disabled={shares.length === 0} onClick={() => setTrying(true)}>
            试算…
          </Button>
        )}
        {before && <Button onClick={() => setAsked('rollback')}>回退到上一方案…</Button>}
      </div>
      {asked === 'activate' && (
        <Reason
          title="启用这一方案"
          says="几秒钟内生效；已经排队的短信仍按原来的版本发出，收到的回复按各自的版本判读。"
          ok="启用"
          onClose={() => setAsked(null)}
          act={async (why) => {
            await post('/api/v1/template-plans', {
              ...slot,
              expected: present?.number ?? null,
              shares,
              why,
            })
            await done('已启用')
          }}
        />
      )}
      {asked === 'rollback' && before && (
        <Reason
          title="回退到上一方案"
          says={`恢复 ${sayInstant(before.plannedAt)} 启用的方案（${before.why}）；其间被平台撤销的版本不恢复。`}
          ok="回退"
          onClose={() => setAsked(null)}
          act={async (why) => {
            await post('/api/v1/template-plans/rollback', { ...slot, why })
            await done('已回退')
          }}
        />
      )}
      {trying && (
        <DryRun
          wanted={{ settings: null, plans: [{ business: slot.business, shares }] }}
          onClose={() => setTrying(false)}
        />
      )}
    </>
  )
}
