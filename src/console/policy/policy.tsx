import { Alert, App, Button } from 'antd'
import { useCallback, useMemo, useState } from 'react'
import { businesses } from '../../policy/businesses.ts'
import { DryRun } from '../dry-run/dry-run.tsx'
import { post, put, remove, type ApiError } from '../foundation/api.ts'
import { sayInstant } from '../foundation/clock.ts'
import { Key, useKeys } from '../foundation/keys.tsx'
import { useAsk, useUnsaved } from '../foundation/leaving.tsx'
import { Loaded } from '../foundation/parts.tsx'
import { Reason } from '../foundation/reason.tsx'
import { Activate } from './activate.tsx'
import { Changes } from './changes.tsx'
import { fieldGroups, valueAt, withValue, type Field } from './fields.ts'
import { Setting } from './setting.tsx'
import { PolicyVersions } from './versions.tsx'
import {
  usePolicies,
  usePoliciesChanged,
  usePolicyCheck,
  type Policies,
  type Settings,
} from './use-policies.ts'

/** All settings: what is in force, the draft of the next ones with what it changes, and every version before. */
export default function Policy() {
  const policies = usePolicies()
  return (
    <div className="inner">
      <Loaded query={policies}>{(known) => <PolicyEditor known={known} />}</Loaded>
    </div>
  )
}

function PolicyEditor({ known }: { known: Policies }) {
  const { inForce, planned, draft } = known
  const { message } = App.useApp()
  const [ask, askHolder] = useAsk()
  const changed = usePoliciesChanged()
  const [base, setBase] = useState({
    settings: draft?.settings ?? inForce.policy,
    revision: draft?.revision ?? null,
    version: inForce.version,
  })
  const [settings, setSettings] = useState<Settings>(base.settings)
  const [open, setOpen] = useState<'activate' | 'dry-run' | 'rollback' | 'withdraw' | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  const check = usePolicyCheck(settings, inForce.version)
  const dirty = settings !== base.settings
  const newer = (draft?.revision ?? null) !== base.revision || inForce.version !== base.version
  const adopt = () => {
    const next = draft?.settings ?? inForce.policy
    setBase({ settings: next, revision: draft?.revision ?? null, version: inForce.version })
    setSettings(next)
  }
  if (newer && !dirty) adopt()
  const faultOf = (path: string) =>
    check?.faults.find(({ field }) => field === path || field.startsWith(`${path}.`))?.reason
  const differs = useMemo(
    () => new Set(check?.changes.map(({ field }) => field) ?? []),
    [check?.changes],
  )
  const done = async (says: string) => {
    setOpen(null)
    await changed()
    void message.success(says)
  }
  const save = useCallback(async () => {
    setFault(null)
    try {
      const { revision } = await put<{ revision: number }>('/api/v1/policies/draft', {
        settings,
        revision: base.revision,
      })
      setBase((old) => ({ ...old, settings, revision }))
      await changed()
      void message.success('草稿已保存')
    } catch (error) {
      setFault((error as ApiError).message)
    }
  }, [settings, base.revision, changed, message])
  const discard = async () => {
    const sure = await ask({
      title: '丢弃草稿？',
      content: '所有还没有启用的改动都会丢失。',
      okText: '丢弃',
      cancelText: '留着',
    })
    if (!sure) return
    setFault(null)
    try {
      if (base.revision !== null) await remove(`/api/v1/policies/draft?revision=${base.revision}`)
      setBase((old) => ({ ...old, settings: inForce.policy, revision: null }))
      setSettings(inForce.policy)
      await done('草稿已丢弃')
    } catch (error) {
      setFault((error as ApiError).message)
    }
  }
  const keys = useMemo(
    () => [{ key: 'ctrl+s', says: '保存草稿', whileTyping: true, run: () => void save() }],
    [save],
  )
  useKeys('策略', keys)
  const unsavedHolder = useUnsaved(dirty, '离开后这些改动会丢失；存成草稿可以下次接着改。')
  const anyChange = (check?.changes.length ?? 0) > 0
  const ready = check !== null && check.faults.length === 0 && anyChange
  return (
    <>
      {askHolder}
      {unsavedHolder}
      <div className="title-row">
        <h1>策略</h1>
        <span className="quiet">
          {inForce.version === null
            ? '现行：程序自带的设置'
            : `现行第 ${inForce.version} 版，${sayInstant(inForce.inForceAt!)} 起：${inForce.why}`}
        </span>
        <Button disabled={!dirty} onClick={() => void save()}>
          保存草稿 <Key name="ctrl+s" />
        </Button>
        <Button disabled={!dirty && base.revision === null} onClick={() => void discard()}>
          丢弃草稿
        </Button>
        <Button
          disabled={check === null || check.faults.length > 0}
          onClick={() => setOpen('dry-run')}
        >
          试算…
        </Button>
        <Button
          type="primary"
          disabled={!ready || planned !== null}
          onClick={() => setOpen('activate')}
        >
          启用…
        </Button>
      </div>
      {planned && (
        <Alert
          type="warning"
          showIcon
          title={`第 ${planned.version} 版将于 ${sayInstant(planned.inForceAt)} 生效：${planned.why}。在此之前不能启用别的设置。`}
          action={<Button onClick={() => setOpen('withdraw')}>撤回…</Button>}
          style={{ marginBottom: 12 }}
        />
      )}
      {newer && (
        <Alert
          type="warning"
          showIcon
          role="alert"
          title="您修改期间，他人改动了草稿或启用了新的策略；您的改动还在本页，请核对右侧列出的改动"
          action={<Button onClick={adopt}>放弃我的，载入他人的</Button>}
          style={{ marginBottom: 12 }}
        />
      )}
      {fault && (
        <Alert type="error" showIcon role="alert" title={fault} style={{ marginBottom: 12 }} />
      )}
      <div className="policy-columns">
        <div>
          {fieldGroups.map(({ title, fields }) => (
            <section key={title} className="sheet" aria-label={title}>
              <h2>{title}</h2>
              {fields.map((field) => (
                <FieldRow
                  key={field.path}
                  field={field}
                  settings={settings}
                  faultOf={faultOf}
                  differs={differs}
                  onChange={(path, value) => setSettings((old) => withValue(old, path, value))}
                />
              ))}
            </section>
          ))}
        </div>
        <aside>
          <Changes check={check} />
          <PolicyVersions known={known} onRollback={() => setOpen('rollback')} />
        </aside>
      </div>
      {open === 'activate' && (
        <Activate
          changes={check?.changes ?? []}
          onClose={() => setOpen(null)}
          act={async (inForceAt, why) => {
            const { version } = await post<{ version: number }>('/api/v1/policies', {
              settings,
              expected: check?.against ?? null,
              inForceAt,
              why,
            })
            setBase({
              settings,
              revision: null,
              version: inForceAt === null ? version : base.version,
            })
            await done(inForceAt === null ? '已启用' : '已定好生效时间')
          }}
        />
      )}
      {open === 'dry-run' && (
        <DryRun wanted={{ settings, plans: [] }} onClose={() => setOpen(null)} />
      )}
      {open === 'rollback' && (
        <Reason
          title="回退到上一版策略"
          says="上一版的设置会作为新的一版立即生效。"
          ok="回退"
          onClose={() => setOpen(null)}
          act={async (why) => {
            await post('/api/v1/policies/rollback', { why })
            await done('已回退')
          }}
        />
      )}
      {open === 'withdraw' && planned && (
        <Reason
          title={`撤回第 ${planned.version} 版`}
          says="它不会再生效，内容回到草稿，可以接着改。"
          ok="撤回"
          onClose={() => setOpen(null)}
          act={async (why) => {
            await post(`/api/v1/policies/${planned.version}/withdraw`, { why })
            await done('已撤回')
          }}
        />
      )}
    </>
  )
}

function FieldRow({
  field,
  settings,
  faultOf,
  differs,
  onChange,
}: {
  field: Field
  settings: Settings
  faultOf: (path: string) => string | undefined
  differs: ReadonlySet<string>
  onChange: (path: string, value: unknown) => void
}) {
  const parts = field.perBusiness
    ? businesses.map((business) => ({ path: `${field.path}.${business}`, name: business }))
    : [{ path: field.path, name: null }]
  return (
    <div className="setting-row">
      <span>
        {field.label}
        {field.help && (
          <>
            <br />
            <span className="quiet">{field.help}</span>
          </>
        )}
      </span>
      <div className="setting-values">
        {parts.map(({ path, name }) => {
          const fault = faultOf(path)
          const changed = [...differs].some((each) => each === path || each.startsWith(`${path}.`))
          return (
            <span
              key={path}
              className={`setting${changed ? ' changed' : ''}${fault ? ' faulty' : ''}`}
            >
              {name && <span className="quiet">{name}</span>}
              <Setting
                id={`setting-${path}`}
                kind={field.kind}
                label={name ? `${name}：${field.label}` : field.label}
                value={valueAt(settings, path)}
                onChange={(value) => onChange(path, value)}
              />
              {changed && <span className="pill brand">已改</span>}
              {fault && (
                <span className="bad" role="alert">
                  {fault}
                </span>
              )}
            </span>
          )
        })}
      </div>
    </div>
  )
}
