import { Alert, App, Button } from 'antd'
import { useCallback, useMemo, useState } from 'react'
import { checkTemplate } from '../../template/check/check.ts'
import {
  deletableStates,
  editableStates,
  templateStateWords,
  usableStates,
} from '../../template/states.ts'
import type { TemplateContent } from '../../template/version-store.ts'
import { post, put, remove, type ApiError } from '../foundation/api.ts'
import { Key, useKeys } from '../foundation/keys.tsx'
import { useAsk, useUnsaved } from '../foundation/leaving.tsx'
import { contentOf } from './content.ts'
import { Findings } from './findings.tsx'
import { Preview } from './preview.tsx'
import { TestSend } from './test-send.tsx'
import { TextFacts } from './text-facts.tsx'
import { TextFields } from './text-fields.tsx'
import { useCheck } from './use-check.ts'
import { useTextsChanged, type Version } from './use-texts.ts'
import { purposesThatAsk } from './words.ts'

/** A version to write, where that is still possible, or to read; with its findings and its picture as they change. */
export function Editor({
  version,
  all,
  onNew,
}: {
  version: Version
  all: Version[]
  onNew: (id: string) => void
}) {
  const { message } = App.useApp()
  const [ask, askHolder] = useAsk()
  const changed = useTextsChanged()
  // What the server held when the writing began: others may write too.
  const [base, setBase] = useState(() => ({
    content: contentOf(version),
    revision: version.revision,
  }))
  const [content, setContent] = useState<TemplateContent>(base.content)
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | null>(null)
  const [testing, setTesting] = useState(false)
  const editable = editableStates.includes(version.state)
  const dirty = JSON.stringify(content) !== JSON.stringify(base.content)
  const newer = version.revision > base.revision
  const adopt = () => {
    setBase({ content: contentOf(version), revision: version.revision })
    setContent(contentOf(version))
  }
  if (newer && !dirty) adopt()
  const draft = useMemo(
    () => ({ ...content, purpose: version.purpose }),
    [content, version.purpose],
  )
  const local = useMemo(() => checkTemplate(draft), [draft])
  const { check, whole } = useCheck(draft, local)
  const set = (change: Partial<TemplateContent>) =>
    setContent((before) => ({ ...before, ...change }))

  const act = useCallback(
    async (does: () => Promise<string>) => {
      setBusy(true)
      setFault(null)
      try {
        const says = await does()
        await changed()
        void message.success(says)
      } catch (error) {
        setFault((error as ApiError).message)
      } finally {
        setBusy(false)
      }
    },
    [changed, message],
  )
  const path = `/api/v1/templates/${version.id}`
  const save = useCallback(async () => {
    await put(path, { ...content, revision: base.revision })
    // Every save counts the revision up.
    const revision = base.revision + 1
    setBase({ content, revision })
    return revision
  }, [path, content, base.revision])
  const submit = () =>
    act(async () => {
      const revision = dirty ? await save() : base.revision
      await post(`${path}/submit`, { revision })
      return '已提交，平台审核后会显示结果'
    })
  const discard = async () => {
    const sure = await ask({
      title: `丢弃第 ${version.version} 版？`,
      content: '草稿会被删除，不能恢复。',
      okText: '丢弃',
      cancelText: '留着',
    })
    if (sure) {
      await act(async () => {
        await remove(`${path}?revision=${base.revision}`)
        return '已丢弃'
      })
    }
  }
  const deleteThere = async () => {
    const sure = await ask({
      title: `在短信平台删除第 ${version.version} 版？`,
      content: '删除后这一版不能再启用，也不能恢复；已发出的短信和回复不受影响。',
      okText: '删除',
      cancelText: '留着',
    })
    if (sure) {
      await act(async () => {
        await remove(`${path}/provider`)
        return '已在平台删除'
      })
    }
  }
  const copy = () =>
    act(async () => {
      const { key, purpose, business } = version
      const { id } = await post<{ id: string }>('/api/v1/templates', {
        key,
        purpose,
        business,
        ...content,
      })
      onNew(id)
      return '已建新版草稿'
    })
  const saveAlone = useCallback(
    () =>
      act(async () => {
        await save()
        return '已保存'
      }),
    [act, save],
  )
  const keys = useMemo(
    () =>
      editable
        ? [{ key: 'ctrl+s', says: '保存草稿', whileTyping: true, run: () => void saveAlone() }]
        : [],
    [editable, saveAlone],
  )
  useKeys('模板', keys)
  const unsavedHolder = useUnsaved(dirty, '离开后这些改动会丢失。')
  const standIns = all
    .filter(
      ({ id, purpose, business, state }) =>
        id !== version.id &&
        purpose === version.purpose &&
        business === version.business &&
        usableStates.includes(state),
    )
    .map(({ id, key, version: number }) => ({ value: id, label: `${key} 第 ${number} 版` }))
  return (
    <>
      {askHolder}
      {unsavedHolder}
      <section className="sheet text-editor" aria-label={`第 ${version.version} 版`}>
        <h2>
          第 {version.version} 版 · {templateStateWords[version.state]}
          {version.providerCode && <span className="quiet">{version.providerCode}</span>}
        </h2>
        {version.refusal && (
          <Alert
            type="error"
            showIcon
            role="alert"
            title={`平台的意见：${version.refusal}`}
            style={{ marginBottom: 12 }}
          />
        )}
        {newer && (
          <Alert
            type="warning"
            showIcon
            role="alert"
            title="您修改期间，他人改动了这一版；您的改动还在本页，可以“以此写新版”保存"
            action={<Button onClick={adopt}>放弃我的，载入他人的</Button>}
            style={{ marginBottom: 12 }}
          />
        )}
        {!editable && (
          <p className="quiet">提交过的版本不能再改；要改内容，请“以此写新版”，原版照常使用。</p>
        )}
        {editable ? (
          <TextFields
            content={content}
            asks={purposesThatAsk.includes(version.purpose)}
            standIns={standIns}
            onChange={set}
          />
        ) : (
          <TextFacts
            content={contentOf(version)}
            standIns={standIns}
            onFallback={(fallbackId) =>
              void act(async () => {
                await put(`${path}/fallback`, { fallbackId })
                return '已指定备用版本'
              })
            }
          />
        )}
        {fault && (
          <Alert type="error" showIcon role="alert" title={fault} style={{ margin: '12px 0' }} />
        )}
        <div className="text-actions">
          {editable && (
            <>
              <Button
                type="primary"
                loading={busy}
                disabled={!check.passed}
                onClick={() => void submit()}
              >
                {dirty ? '保存并提交审核' : '提交审核'}
              </Button>
              <Button loading={busy} disabled={!dirty} onClick={() => void saveAlone()}>
                保存草稿 <Key name="ctrl+s" />
              </Button>
              {version.providerCode === null && (
                <Button danger disabled={busy} onClick={() => void discard()}>
                  丢弃
                </Button>
              )}
            </>
          )}
          <Button disabled={busy} onClick={() => void copy()}>
            以此写新版
          </Button>
          {usableStates.includes(version.state) && (
            <Button onClick={() => setTesting(true)}>试发到自己的手机</Button>
          )}
          {version.providerCode !== null && deletableStates.includes(version.state) && (
            <Button danger disabled={busy} onClick={() => void deleteThere()}>
              在平台删除
            </Button>
          )}
        </div>
      </section>
      <div className="text-aside">
        <Preview draft={draft} business={version.business} check={check} />
        <Findings check={check} whole={whole} body={content.body} onMend={editable ? set : null} />
      </div>
      {testing && <TestSend version={version} onClose={() => setTesting(false)} />}
    </>
  )
}
