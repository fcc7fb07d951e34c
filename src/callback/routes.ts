import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { staffOf } from '../http/auth.ts'
import { callView } from '../telephony/schema.ts'
import { recordAttempt, undoAttempt } from './attempt.ts'
import { answer, ask, handOver, readColleagues, reassign } from './colleagues.ts'
import { saveDraft } from './draft.ts'
import { useOtherNumber } from './other-number.ts'
import { countDesk, readQueue } from './queue.ts'
import { attemptAnswer, attemptBody } from './schema/attempt.ts'
import { caseView, draftBody, type CaseView } from './schema/case.ts'
import {
  answerBody,
  colleague,
  handOverBody,
  openQuestion,
  questionBody,
  waitingReview,
} from './schema/colleagues.ts'
import { deskCounts, queueAnswer, queueQuery } from './schema/queue.ts'
import { openQuestions, waitingReviews } from './reviews.ts'
import { showCase, viewCallback, type ViewDeps } from './view.ts'
import { dial, hangUp, listen, recordCalled, viewCalls } from './telephone.ts'
import { claim, claimThis, release, renew, review, showNumber } from './work.ts'

const params = z.object({ id: z.uuid() })
const callers = { roles: ['agent', 'supervisor'], scope: 'cases' } as const
const supervisors = { roles: ['supervisor'], scope: 'cases' } as const
const done = z.object({ done: z.literal(true) })
const ok = { done: true } as const
const claimed = (view: CaseView) => ({ callback: view.callback, case: view })

/** The work of callback staff. */
export function callbackRoutes(deps: ViewDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/v1/callbacks', {
      config: callers,
      schema: {
        summary: 'The queue, in the order in which it is called',
        querystring: queueQuery,
        response: { 200: queueAnswer },
      },
      handler: async (request) => readQueue(deps, staffOf(request), request.query),
    })
    app.get('/api/v1/callbacks/counts', {
      config: callers,
      schema: { summary: 'Live figures of the desk', response: { 200: deskCounts } },
      handler: async (request) => countDesk(deps, staffOf(request)),
    })
    app.get('/api/v1/callbacks/colleagues', {
      config: { ...callers, scope: 'none' },
      schema: {
        summary: 'Who may take a callback over',
        response: { 200: z.object({ colleagues: z.array(colleague) }) },
      },
      handler: async (request) => ({ colleagues: await readColleagues(deps, staffOf(request)) }),
    })
    app.get('/api/v1/callbacks/reviews', {
      config: supervisors,
      schema: {
        summary: 'What waits for a second person, and what agents have asked',
        response: {
          200: z.object({ reviews: z.array(waitingReview), questions: z.array(openQuestion) }),
        },
      },
      async handler(request) {
        const staff = staffOf(request)
        const [reviews, questions] = await Promise.all([
          waitingReviews(deps, staff),
          openQuestions(deps, staff),
        ])
        return { reviews, questions }
      },
    })
    app.get('/api/v1/callbacks/:id', {
      config: callers,
      schema: {
        summary: 'A case as the desk shows it, the number masked',
        params,
        response: { 200: caseView },
      },
      handler: async (request) => viewCallback(deps, staffOf(request), request.params.id),
    })
    app.post('/api/v1/callbacks/claim', {
      config: callers,
      schema: { summary: 'Claim the next callback, with a lease' },
      handler: async (request) => {
        const staff = staffOf(request)
        return claimed(await showCase(deps, staff, await claim(deps, staff)))
      },
    })
    app.post('/api/v1/callbacks/:id/claim', {
      config: callers,
      schema: { summary: 'Claim this callback, with a lease', params },
      handler: async (request) => {
        const staff = staffOf(request)
        return claimed(await showCase(deps, staff, await claimThis(deps, staff, request.params.id)))
      },
    })
    app.post('/api/v1/callbacks/:id/renew', {
      config: callers,
      schema: {
        summary: 'Keep the lease',
        params,
        response: { 200: z.object({ leaseUntil: z.date() }) },
      },
      handler: async (request) => ({
        leaseUntil: await renew(deps, staffOf(request), request.params.id),
      }),
    })
    app.post('/api/v1/callbacks/:id/release', {
      config: callers,
      schema: { summary: 'Give a callback back', params },
      handler: async (request) => {
        await release(deps, staffOf(request), request.params.id)
        return { released: true }
      },
    })
    app.post('/api/v1/callbacks/:id/number', {
      config: callers,
      schema: {
        summary: 'See the whole number, to dial it by hand; audited',
        params,
        response: { 200: z.object({ phone: z.string() }) },
      },
      handler: async (request) => showNumber(deps, staffOf(request), request.params.id),
    })
    app.put('/api/v1/callbacks/:id/number', {
      config: callers,
      schema: {
        summary: 'Call by another number from now on, which was found out; audited',
        params,
        body: z.object({ number: z.string().max(30) }),
        response: { 200: done },
      },
      handler: async (request) => {
        await useOtherNumber(deps, staffOf(request), request.params.id, request.body.number)
        return ok
      },
    })
    app.post('/api/v1/callbacks/:id/call', {
      config: callers,
      schema: {
        summary: 'Have the exchange call: one’s own phone rings first, then the citizen’s',
        params,
        response: { 202: z.object({ callId: z.string() }) },
      },
      handler: async (request, reply) =>
        reply.status(202).send(await dial(deps, staffOf(request), request.params.id)),
    })
    app.post('/api/v1/callbacks/:id/hang-up', {
      config: callers,
      schema: { summary: 'End the call', params, response: { 200: done } },
      handler: async (request) => {
        await hangUp(deps, staffOf(request), request.params.id)
        return ok
      },
    })
    app.post('/api/v1/callbacks/:id/record', {
      config: callers,
      schema: {
        summary: 'Record the call: the citizen was asked and agreed',
        params,
        response: { 200: done },
      },
      handler: async (request) => {
        await recordCalled(deps, staffOf(request), request.params.id)
        return ok
      },
    })
    app.get('/api/v1/callbacks/:id/calls/:callId/recording', {
      config: callers,
      schema: {
        summary: 'Listen to a recorded call (WAV); audited',
        params: params.extend({ callId: z.uuid() }),
      },
      handler: async (request, reply) => {
        const { id, callId } = request.params
        const wav = await listen(deps, staffOf(request), id, callId)
        return reply.type('audio/wav').header('cache-control', 'no-store').send(wav)
      },
    })
    app.get('/api/v1/callbacks/:id/calls', {
      config: callers,
      schema: {
        summary: 'The calls of a callback, the latest first',
        params,
        response: { 200: z.object({ calls: z.array(callView) }) },
      },
      handler: async (request) => ({
        calls: await viewCalls(deps, staffOf(request), request.params.id),
      }),
    })
    app.put('/api/v1/callbacks/:id/draft', {
      config: callers,
      schema: {
        summary: 'Keep what was typed so far, building on a revision',
        params,
        body: draftBody,
        response: { 200: z.object({ revision: z.number().int(), savedAt: z.date() }) },
      },
      handler: async (request) => {
        const { revision, content } = request.body
        return saveDraft(deps, staffOf(request), request.params.id, revision, content)
      },
    })
    app.post('/api/v1/callbacks/:id/attempts', {
      config: callers,
      schema: {
        summary: 'Record a try with its result; it may be undone until it settles',
        params,
        body: attemptBody,
        response: { 200: attemptAnswer },
      },
      handler: async (request) =>
        recordAttempt(deps, staffOf(request), request.params.id, request.body),
    })
    app.post('/api/v1/callbacks/:id/undo', {
      config: callers,
      schema: {
        summary: 'Take back the result that one has just recorded',
        params,
        response: { 200: done },
      },
      handler: async (request) => {
        await undoAttempt(deps, staffOf(request), request.params.id)
        return ok
      },
    })
    app.post('/api/v1/callbacks/:id/hand-over', {
      config: callers,
      schema: {
        summary: 'Give the callback that one works on to a colleague',
        params,
        body: handOverBody,
        response: { 200: done },
      },
      handler: async (request) => {
        const { to, text } = request.body
        await handOver(deps, staffOf(request), request.params.id, to, text)
        return ok
      },
    })
    app.post('/api/v1/callbacks/:id/question', {
      config: callers,
      schema: {
        summary: 'Ask the supervisors',
        params,
        body: questionBody,
        response: { 200: done },
      },
      handler: async (request) => {
        await ask(deps, staffOf(request), request.params.id, request.body.text)
        return ok
      },
    })
    app.post('/api/v1/callbacks/:id/answer', {
      config: supervisors,
      schema: {
        summary: 'Answer what an agent asked',
        params,
        body: answerBody,
        response: { 200: done },
      },
      handler: async (request) => {
        await answer(deps, staffOf(request), request.params.id, request.body.text)
        return ok
      },
    })
    app.post('/api/v1/callbacks/:id/reassign', {
      config: supervisors,
      schema: {
        summary: 'Give a callback to somebody, from the queue or from its holder',
        params,
        body: handOverBody,
        response: { 200: done },
      },
      handler: async (request) => {
        const { to, text } = request.body
        await reassign(deps, staffOf(request), request.params.id, to, text)
        return ok
      },
    })
    app.post('/api/v1/callbacks/:id/review', {
      config: supervisors,
      schema: {
        summary: 'Agree, as a second person, that a rating is raised or was a mistake',
        params,
        body: z.object({ approve: z.boolean() }),
      },
      handler: async (request) => {
        await review(deps, staffOf(request), request.params.id, request.body.approve)
        return { decided: true }
      },
    })
  }
}
