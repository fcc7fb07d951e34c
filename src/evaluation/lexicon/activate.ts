import { readFile } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { writeAudit } from '../../foundation/audit.ts'
import type { Core } from '../../foundation/core.ts'
import { AppError } from '../../foundation/errors.ts'
import type { Group } from '../../reply/lexicon/words.ts'
import { labelledReplies } from '../../reply/score.ts'
import { labelledSample } from '../labelled-sample.ts'
import type { Figures, LexiconCheck } from './check.ts'
import { parseGroups } from './groups.ts'
import { activeVersion, listVersions, replaceActive, versionBefore } from './store.ts'

const guardSample = new URL('./guard-sample.ndjson', import.meta.url)
const judgedAtMost = 2_000

/** The words in force and how they came to be. */
export async function showLexicon(deps: Pick<Core, 'db'>) {
  const [active, versions] = await Promise.all([activeVersion(deps.db), listVersions(deps.db)])
  return { version: active?.version ?? null, groups: active?.groups ?? [], versions }
}

/**
 * Tries words on the sample that comes with the program and on the latest replies that people judged
 * (ids `t…`), against the reader in force. Changes nothing.
 */
export async function checkLexicon(
  deps: Pick<Core, 'db' | 'vault'>,
  groups: unknown,
): Promise<LexiconCheck> {
  return compare(deps, (await activeVersion(deps.db))?.groups ?? [], parseGroups(groups))
}

async function compare(
  deps: Pick<Core, 'db' | 'vault'>,
  present: Group[],
  wanted: Group[],
): Promise<LexiconCheck> {
  const sample = [
    ...labelledReplies(await readFile(guardSample, 'utf8')),
    ...(await labelledSample(deps, { since: null, limit: judgedAtMost })),
  ]
  const thread = new Worker(new URL('./check-thread.ts', import.meta.url), {
    workerData: { present, wanted, sample },
  })
  const answer = await new Promise<LexiconCheck | { malformed: string }>((resolve, reject) => {
    thread.once('message', resolve)
    thread.once('error', reject)
  })
  if ('malformed' in answer) {
    throw new AppError('request.invalid', { field: 'groups', reason: answer.malformed })
  }
  return answer
}

/** Puts words in force as the next version; refuses those by which replies would be read worse. Returns the version. */
export async function activateLexicon(
  deps: Pick<Core, 'db' | 'newId' | 'vault'>,
  wanted: { groups: unknown; by: string; why: string },
): Promise<number> {
  const groups = parseGroups(wanted.groups)
  const active = await activeVersion(deps.db)
  const check = await compare(deps, active?.groups ?? [], groups)
  if (!check.passed) {
    const what = [
      ...(check.newlyLost.length > 0 ? [`不满意被读成满意：${check.newlyLost.join('、')}`] : []),
      ...check.worse.map((name) => worseNames[name as keyof Figures]),
    ].join('；')
    throw new AppError('lexicon.reads_worse', { what })
  }
  const { by, why } = wanted
  const figures = check.wanted
  return putInForce(deps, active?.version ?? null, { groups, figures, by, why })
}

/** Puts the words of the version before in force again, without a check: they were live. Returns the new version. */
export async function rollbackLexicon(
  deps: Pick<Core, 'db' | 'newId'>,
  wanted: { by: string; why: string },
): Promise<number> {
  const active = await activeVersion(deps.db)
  if (!active) throw new AppError('record.not_found', { what: '可以回退的词表版本' })
  const before = await versionBefore(deps.db, active.version)
  const next = { groups: before?.groups ?? [], figures: null, ...wanted }
  return putInForce(deps, active.version, next)
}

async function putInForce(
  deps: Pick<Core, 'db' | 'newId'>,
  expected: number | null,
  next: { groups: Group[]; figures: Figures | null; by: string; why: string },
): Promise<number> {
  return deps.db.transaction().execute(async (tx) => {
    const version = await replaceActive(tx, expected, next)
    if (version === null) throw new AppError('record.changed', { what: '词表' })
    await writeAudit(deps, tx, {
      actor: next.by,
      action: 'lexicon.activate',
      subjectKind: 'lexicon',
      subject: String(version),
      details: { groups: next.groups.length, checked: next.figures !== null },
    })
    return version
  })
}

const worseNames: Record<keyof Figures, string> = {
  ratingRight: '评价读对的变少',
  dissatisfiedFound: '找到的不满意变少',
  kindRight: '类别读对的变少',
  conflictFound: '找到的前后矛盾变少',
  urgentFound: '找到的紧急情况变少',
  reasonsFound: '找到的原因变少',
  dissatisfiedReadAsSatisfied: '不满意被读成满意的变多',
  falseRating: '无评价被读成有评价的变多',
  conflictFalseAlarms: '误报的前后矛盾变多',
  urgentFalseAlarms: '误报的紧急情况变多',
}
