import { climbingKind, raiseAlarm } from '../alarm/alarm.ts'
import { openCallbacks, type WantedCallback } from '../callback/open.ts'
import type { CallbackOrigin } from '../callback/rules.ts'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { isDissatisfied, type Rating } from '../foundation/rating.ts'
import { recordOutcomes } from '../scoring/outcome.ts'
import { contactBlocks } from '../sms/contact-block.ts'
import {
  noteAnswer,
  rateSurvey,
  saveSurveys,
  stopAsking,
  type SurveyInHand,
} from '../survey/answer.ts'
import { answerCitizens, type CaseTextDeps } from '../survey/case-text.ts'
import { effectOf, type RatingEffect } from './rules.ts'
import {
  closeJoined,
  insertDuties,
  insertReplies,
  insertTriages,
  personsOfCases,
  unitsOfNumbers,
  type NewReply,
  type NewTriage,
} from './store.ts'

/** A case while replies to it are followed: its survey, locked, and whether a call has settled it. */
export interface CaseInHand {
  survey: SurveyInHand
  settledByCall: boolean
}

/** What a person must decide, before it is known whose staff may not see it. */
interface TriageWanted extends Omit<NewTriage, 'concernedUnits'> {
  phoneHash: Buffer
  /** There is no doubt to which case the reply belongs. */
  sureOfCase: boolean
}

interface Block {
  phoneHash: Buffer
  kind: 'opt_out' | 'wrong_person'
  origin: string
  caseId: Id | null
}

/**
 * What follows from replies, gathered one by one in memory and then written all at once, in a few
 * statements however many there are.
 */
export class Consequences {
  readonly replies: NewReply[] = []
  readonly triages: TriageWanted[] = []
  /** Parts of a long reply whose waiting for a person is over, since the whole is read now. */
  readonly joined: Id[] = []
  readonly ringing: { replyId: Id; caseId: Id | null }[] = []
  readonly blocks: Block[] = []
  readonly callbacks = new Map<Id, WantedCallback>()
  readonly thanked = new Set<Id>()
  private readonly cases = new Map<Id, CaseInHand>()

  /** A case of which something changed, or that has one reply more: its outcome is written anew. */
  touch(inHand: CaseInHand): void {
    this.cases.set(inHand.survey.id, inHand)
  }

  /** Makes a rating count, or keeps it beside the one that does. */
  rate(
    inHand: CaseInHand,
    rating: Rating,
    facts: { late: boolean; origin: CallbackOrigin; samePiece: boolean },
  ): RatingEffect {
    const { survey, settledByCall } = inHand
    const { firstRating } = survey
    const effect = effectOf({ firstRating, settledByCall, samePiece: facts.samePiece }, rating)
    if (effect.counts) rateSurvey(survey, rating, facts.late)
    else if (settledByCall) noteAnswer(survey, facts.late)
    if (effect.opensCallback) this.call(inHand, facts.origin)
    if (effect.counts && !isDissatisfied(rating)) this.thanked.add(survey.id)
    else this.thanked.delete(survey.id)
    this.touch(inHand)
    return effect
  }

  call({ survey: { id, unitCode } }: CaseInHand, origin: CallbackOrigin): void {
    if (!this.callbacks.has(id)) this.callbacks.set(id, { caseId: id, unitCode, origin })
  }

  /** No more texts to this number, or to this number about this person, and an end to the survey that asked it. */
  block(block: Omit<Block, 'caseId'>, inHand: CaseInHand | null): void {
    this.blocks.push({ ...block, caseId: inHand?.survey.id ?? null })
    if (!inHand) return
    stopAsking(inHand.survey, block.kind === 'opt_out' ? 'opted_out' : block.kind)
    this.touch(inHand)
  }

  /** Writes everything in the caller's transaction. */
  async carryOut(deps: CaseTextDeps, tx: Tx): Promise<void> {
    const { survey: policy } = await deps.policy()
    const cases = [...this.cases.values()]
    await insertReplies(tx, this.replies)
    await closeJoined(tx, this.joined)
    await insertTriages(tx, await this.withConcernedUnits(deps, tx))
    await insertDuties(tx, this.ringing)
    for (const { replyId } of this.ringing) {
      await raiseAlarm(deps, tx, {
        kind: climbingKind,
        subject: replyId,
        message: '有群众回复疑似紧急情况，请值班人员立即查看紧急列表',
      })
    }
    await contactBlocks(tx, await this.blocksOfPersons(tx))
    await saveSurveys(
      tx,
      cases.map(({ survey }) => survey),
    )
    const opened = await openCallbacks(deps, tx, [...this.callbacks.values()])
    if (policy.announceCallback) await answerCitizens(deps, tx, opened, 'announce')
    if (policy.thankSatisfied) await answerCitizens(deps, tx, [...this.thanked], 'thanks')
    await recordOutcomes(
      deps,
      tx,
      cases.map(({ survey }) => survey.id),
    )
  }

  // Where nobody knows to which case a reply belongs, it may belong to any of the number's.
  private async withConcernedUnits(deps: CaseTextDeps, tx: Tx) {
    const unsure = this.triages.filter(({ sureOfCase }) => !sureOfCase)
    const units = await unitsOfNumbers(
      deps,
      tx,
      unsure.map(({ phoneHash }) => phoneHash),
    )
    return this.triages.map(({ phoneHash, sureOfCase, ...triage }) => {
      const own = triage.unitCode === null ? [] : [triage.unitCode]
      const others = sureOfCase ? [] : (units.get(phoneHash.toString('hex')) ?? [])
      return { ...triage, concernedUnits: [...new Set([...own, ...others])] }
    })
  }

  // Who opts out wants no texts at all; a wrong number is wrong for one person only, where we know the name.
  private async blocksOfPersons(tx: Tx) {
    const wrong = this.blocks.flatMap(({ kind, caseId }) =>
      kind === 'wrong_person' && caseId !== null ? [caseId] : [],
    )
    const persons = await personsOfCases(tx, wrong)
    return this.blocks.map(({ caseId, ...block }) => ({
      ...block,
      personHash: block.kind === 'wrong_person' && caseId ? (persons.get(caseId) ?? null) : null,
    }))
  }
}
