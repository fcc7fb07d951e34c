import { clearAlarm, raiseAlarm } from '../alarm/alarm.ts'
import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import { AppError } from '../foundation/errors.ts'
import { variablesOf, variableNames } from './check/variables.ts'
import type { LookResult, ReviewFailure, ReviewRequest, TemplateReview } from './review-port.ts'
import {
  keepCode,
  lookAgain,
  markAsked,
  markUnasked,
  secondsToWait,
  takeDueReviews,
  type DueReview,
} from './review-store.ts'
import { deletableStates, reviewedStates } from './states.ts'
import { approveAgain, withdraw, type StandInDeps } from './withdrawal.ts'
import { lockVersion, moveVersion, type VersionRecord } from './version-store.ts'
import { findVersion, wrongState } from './versions.ts'

export interface ReviewSettings {
  /** From one look at a text under review to the next. */
  lookSeconds: number
  /** From one look at a text in use to the next: no push tells that one was withdrawn. */
  lookInUseSeconds: number
  /** Between two new texts that are handed in; the provider wants 30. */
  apartSeconds: number
  /** New texts a day; the provider takes 100. */
  perDay: number
}

export interface ReviewDeps extends StandInDeps, Pick<Core, 'db' | 'log'> {
  review: TemplateReview
  reviewSettings: () => Promise<ReviewSettings>
}

const alarmKind = 'template.review'
const atOnce = 20
const retrySeconds = 60
const mendSeconds = 600

/** Hands in what waits, and asks about what the provider has; a round of a timer that runs in every `work` process. */
export async function reviewRound(deps: ReviewDeps): Promise<void> {
  const settings = await deps.reviewSettings()
  const due = await deps.db.transaction().execute((tx) => takeDueReviews(tx, atOnce))
  for (const each of due) {
    if (each.state !== 'submitted' || (each.asked && each.providerCode !== null)) {
      await look(deps, settings, each.id, each.providerCode!)
    } else if (each.asked) await findLost(deps, each)
    else await handIn(deps, settings, each)
  }
}

/** Deletes a text at the provider, for ever: one that is out of use. */
export async function deleteAtProvider(
  deps: ReviewDeps,
  wanted: { id: string; by: string },
): Promise<void> {
  const version = await findVersion(deps.db, wanted.id)
  if (!deletableStates.includes(version.state) || version.providerCode === null) {
    throw wrongState(version.state, '在平台删除')
  }
  const removed = await deps.review.remove(version.providerCode)
  if (removed.outcome === 'failed') {
    throw new AppError('template.provider_refuses', {
      what: `${removed.meaning}（${removed.code}）`,
    })
  }
  await deps.db.transaction().execute(async (tx) => {
    const moved = await moveVersion(tx, version, 'deleted', { lookInSeconds: null })
    if (!moved) throw new AppError('record.changed', { what: '该版本' })
    await audit(deps, tx, wanted.by, 'template.delete', version)
  })
}

async function handIn(deps: ReviewDeps, settings: ReviewSettings, due: DueReview): Promise<void> {
  const { id, providerCode } = due
  // The intent is committed before the call: a crash between them is found by the name.
  const version = await deps.db.transaction().execute(async (tx) => {
    const waitSeconds = providerCode === null ? await secondsToWait(tx, settings) : 0
    if (waitSeconds > 0) {
      await lookAgain(tx, id, waitSeconds)
      return null
    }
    await markAsked(tx, id)
    return lockVersion(tx, id)
  })
  if (version?.state !== 'submitted') return
  const request = requestOf(version)
  const answer =
    providerCode === null
      ? await deps.review.create(request)
      : await deps.review.update(providerCode, request)
  await deps.db.transaction().execute(async (tx) => {
    if (answer.outcome === 'taken') {
      await clearAlarm(tx, alarmKind, 'provider')
      await keepCode(tx, id, answer.code)
      await lookAgain(tx, id, settings.lookSeconds)
      await audit(deps, tx, 'system', 'template.handed_in', version)
    } else await afterFailure(deps, tx, version, answer)
  })
}

async function afterFailure(
  deps: ReviewDeps,
  tx: Tx,
  version: VersionRecord,
  failed: ReviewFailure,
): Promise<void> {
  const { id } = version
  deps.log.warn({ code: failed.code, class: failed.class }, 'a template was not taken')
  if (failed.class === 'permanent') {
    const refusal = `${failed.meaning}（${failed.code}）`
    await moveVersion(tx, version, 'refused', { refusal, lookInSeconds: null })
    return
  }
  if (failed.class === 'unknown') return lookAgain(tx, id, retrySeconds)
  await markUnasked(tx, id)
  if (failed.class === 'quota') return lookAgain(tx, id, 3600)
  if (failed.class === 'retry') return lookAgain(tx, id, retrySeconds)
  await raiseAlarm(deps, tx, {
    kind: alarmKind,
    subject: 'provider',
    message: `模板不能提交审核：${failed.meaning}（${failed.code}）。处理后会自动再次提交`,
  })
  return lookAgain(tx, id, mendSeconds)
}

/** The answer to handing it in was lost: whether the provider has it is told by its name. */
async function findLost(deps: ReviewDeps, { id }: DueReview): Promise<void> {
  const version = await findVersion(deps.db, id)
  const found = await deps.review.find(nameOf(version))
  await deps.db.transaction().execute(async (tx) => {
    if (found.outcome === 'failed') return lookAgain(tx, id, retrySeconds)
    if (found.code === null) await markUnasked(tx, id)
    else await keepCode(tx, id, found.code)
    return lookAgain(tx, id, 0)
  })
}

async function look(
  deps: ReviewDeps,
  settings: ReviewSettings,
  id: string,
  providerCode: string,
): Promise<void> {
  const found = await deps.review.look(providerCode)
  await deps.db.transaction().execute(async (tx) => {
    const version = await lockVersion(tx, id)
    if (!version) return
    if (found.outcome === 'failed') {
      deps.log.warn({ code: found.code }, 'the provider does not say how a template stands')
      return lookAgain(tx, id, retrySeconds)
    }
    await follow(deps, tx, settings, version, found)
  })
}

/** Brings a version to where the provider says it is. */
async function follow(
  deps: ReviewDeps,
  tx: Tx,
  settings: ReviewSettings,
  version: VersionRecord,
  found: LookResult,
): Promise<void> {
  const status = found.outcome === 'gone' ? 'withdrawn' : found.status
  const refusal = found.outcome === 'gone' ? '平台上已没有这个模板' : found.reason
  const { id } = version
  if (version.state === 'submitted') {
    if (status === 'reviewing') return lookAgain(tx, id, settings.lookSeconds)
    const approved = status === 'approved'
    await moveVersion(tx, version, approved ? 'approved' : 'refused', {
      refusal: approved ? null : (refusal ?? '平台没有给出原因'),
      lookInSeconds: approved ? settings.lookInUseSeconds : null,
    })
    return audit(deps, tx, 'system', approved ? 'template.approved' : 'template.refused', version)
  }
  if (version.state === 'withdrawn') {
    if (status === 'approved') return approveAgain(deps, tx, version, settings.lookInUseSeconds)
  } else if (!reviewedStates.includes(version.state)) return
  else if (status === 'approved' || status === 'reviewing') {
    return lookAgain(tx, id, settings.lookInUseSeconds)
  }
  await withdraw(deps, tx, version, refusal)
}

/** How a version is called at the provider, where names may have 30 characters. */
export function nameOf({ key, version, revision }: VersionRecord): string {
  const tail = `-v${version}.${revision}`
  return key.slice(0, 30 - tail.length) + tail
}

function requestOf(version: VersionRecord): ReviewRequest {
  const known = variablesOf(version.purpose)
  const { type, signature, body, remark } = version
  return {
    name: nameOf(version),
    type,
    signature,
    body,
    remark,
    variableTypes: Object.fromEntries(
      variableNames(body).flatMap((name) => (known[name] ? [[name, known[name].type]] : [])),
    ),
  }
}

async function audit(
  deps: Pick<Core, 'newId'>,
  tx: Tx,
  actor: string,
  action: string,
  { id, key, version }: VersionRecord,
): Promise<void> {
  const details = { key, version }
  await writeAudit(deps, tx, { actor, action, subjectKind: 'template', subject: id, details })
}
