import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import type { Queryable, Tx } from '../foundation/database.ts'
import { AppError } from '../foundation/errors.ts'
import { checkTemplate, type TemplateCheck } from './check/check.ts'
import type { ReadAs } from './check/options.ts'
import type { Slot } from './plan-store.ts'
import { editableStates, templateStateWords, type TemplateState } from './states.ts'
import {
  deleteDraft,
  insertDraft,
  lockKey,
  lockVersion,
  moveVersion,
  readVersion,
  rewrite,
  setFallback,
  type TemplateContent,
  type VersionRecord,
} from './version-store.ts'

export interface VersionDeps extends Pick<Core, 'db' | 'newId'> {
  /** How our own reader takes a reply, with the words in force. */
  readAs: () => Promise<ReadAs>
}

/** Writes the next version of a template, or the first of a new one. Returns its id. */
export async function createDraft(
  deps: VersionDeps,
  draft: Slot & TemplateContent & { key: string },
  by: string,
): Promise<{ id: string; version: number }> {
  return deps.db.transaction().execute((tx) => writeDraft(deps, tx, draft, by))
}

/** The same, inside somebody's transaction. */
export async function writeDraft(
  deps: Pick<Core, 'newId'>,
  tx: Tx,
  draft: Slot & TemplateContent & { key: string },
  by: string,
): Promise<{ id: string; version: number }> {
  const use = await lockKey(tx, draft.key)
  if (use && (use.purpose !== draft.purpose || use.business !== draft.business)) {
    throw new AppError('template.other_use', {
      key: draft.key,
      use: [use.purpose, use.business].filter(Boolean).join(' '),
    })
  }
  await holdFallback(tx, draft)
  const id = deps.newId()
  const version = (use?.latest ?? 0) + 1
  await insertDraft(tx, { ...draft, id, version, by })
  await audit(deps, tx, by, 'template.draft', { id, key: draft.key, version })
  return { id, version }
}

/** Changes a text that the provider does not hold: a draft, a checked one, or one that it refused. */
export async function editDraft(
  deps: VersionDeps,
  wanted: { id: string; revision: number; content: TemplateContent },
  by: string,
): Promise<void> {
  await change(deps, wanted, by, 'template.edit', async (tx, version) => {
    if (!editableStates.includes(version.state)) throw wrongState(version.state, '修改')
    await holdFallback(tx, { ...version, ...wanted.content })
    await rewrite(tx, version, wanted.content)
  })
}

/** Throws away a draft that the provider never saw. */
export async function discardDraft(
  deps: VersionDeps,
  wanted: { id: string; revision: number },
  by: string,
): Promise<void> {
  await change(deps, wanted, by, 'template.discard', async (tx, version) => {
    if (!editableStates.includes(version.state) || version.providerCode !== null) {
      throw wrongState(version.state, '丢弃')
    }
    await deleteDraft(tx, version.id)
  })
}

/** Examines a text as it would be examined; a draft that passes counts as checked. */
export async function checkVersion(
  deps: VersionDeps,
  wanted: { id: string; revision: number },
  by: string,
): Promise<TemplateCheck> {
  const readAs = await deps.readAs()
  return change(deps, wanted, by, 'template.check', async (tx, version) => {
    const check = checkTemplate(version, readAs)
    if (version.state === 'draft' && check.passed) await moveVersion(tx, version, 'checked')
    return check
  })
}

/** Hands a text in for the provider's review, which is asked for after the commit. One that would be refused is not handed in. */
export async function submitVersion(
  deps: VersionDeps,
  wanted: { id: string; revision: number },
  by: string,
): Promise<void> {
  const readAs = await deps.readAs()
  await change(deps, wanted, by, 'template.submit', async (tx, version) => {
    if (version.state !== 'draft' && version.state !== 'checked') {
      throw wrongState(version.state, '提交审核')
    }
    const { findings, passed } = checkTemplate(version, readAs)
    if (!passed) {
      const worst = findings.filter(({ severity }) => severity === 'refuse')
      throw new AppError('template.faulty', { what: worst.map(({ says }) => says).join('；') })
    }
    if (version.state === 'draft') await moveVersion(tx, version, 'checked')
    await moveVersion(tx, { ...version, state: 'checked' }, 'submitted', { lookInSeconds: 0 })
  })
}

/** Names the version that takes over when the provider withdraws this one; at any time of its life. */
export async function nameFallback(
  deps: VersionDeps,
  wanted: { id: string; fallbackId: string | null },
  by: string,
): Promise<void> {
  await change(deps, wanted, by, 'template.fallback', async (tx, version) => {
    await holdFallback(tx, { ...version, fallbackId: wanted.fallbackId })
    await setFallback(tx, version.id, wanted.fallbackId)
  })
}

/** One version; throws when there is none. */
export async function findVersion(tx: Queryable, id: string): Promise<VersionRecord> {
  const version = await readVersion(tx, id)
  if (!version) throw new AppError('record.not_found', { what: '模板版本' })
  return version
}

export function wrongState(state: TemplateState, action: string): AppError {
  return new AppError('template.wrong_state', { state: templateStateWords[state], action })
}

async function change<T>(
  deps: VersionDeps,
  { id, revision }: { id: string; revision?: number },
  by: string,
  action: string,
  act: (tx: Tx, version: VersionRecord) => Promise<T>,
): Promise<T> {
  return deps.db.transaction().execute(async (tx) => {
    const version = await lockVersion(tx, id)
    if (!version) throw new AppError('record.not_found', { what: '模板版本' })
    if (revision !== undefined && revision !== version.revision) {
      throw new AppError('record.changed', { what: '该版本' })
    }
    const result = await act(tx, version)
    await audit(deps, tx, by, action, version)
    return result
  })
}

/** Whoever stands in for a version must be of the same use, and not itself. */
async function holdFallback(
  tx: Tx,
  { id, fallbackId, purpose, business }: Slot & { id?: string; fallbackId: string | null },
): Promise<void> {
  if (fallbackId === null) return
  const fallback = await readVersion(tx, fallbackId)
  if (
    !fallback ||
    fallbackId === id ||
    fallback.purpose !== purpose ||
    fallback.business !== business
  ) {
    throw new AppError('request.invalid', {
      field: 'fallbackId',
      reason: '须是同一用途、同一业务的另一个版本',
    })
  }
}

async function audit(
  deps: Pick<Core, 'newId'>,
  tx: Tx,
  actor: string,
  action: string,
  { id, key, version }: Pick<VersionRecord, 'id' | 'key' | 'version'>,
): Promise<void> {
  const details = { key, version }
  await writeAudit(deps, tx, { actor, action, subjectKind: 'template', subject: id, details })
}
