import { z } from 'zod'
import { callResults } from './results.ts'
import { callStates, recordingModes, recordingStates, talkSeconds } from './rules.ts'
import type { Call } from './store.ts'

const instant = z.date()

/** A call as the desk shows it: no number in it. */
export const callView = z.object({
  id: z.string(),
  staffId: z.string(),
  state: z.enum(callStates),
  result: z.enum(callResults).nullable(),
  heard: z
    .enum(['progress', 'ringing'])
    .nullable()
    .describe('What was heard of the citizen’s phone'),
  requestedAt: instant,
  agentAnsweredAt: instant.nullable(),
  citizenDialledAt: instant.nullable(),
  citizenAnsweredAt: instant.nullable(),
  endedAt: instant.nullable(),
  endedBy: z.enum(['agent', 'citizen']).nullable(),
  seconds: z.number().int().nullable().describe('Talked on; null when nobody saw the end'),
  cause: z.number().int().nullable().describe('Q.850'),
  sipCode: z.number().int().nullable(),
  recordingMode: z.enum(recordingModes),
  recording: z.enum(recordingStates),
  attemptId: z.string().nullable().describe('The recorded try that came of it'),
})
export type CallView = z.output<typeof callView>

export function viewOf(call: Call): CallView {
  return { ...call, seconds: talkSeconds(call) }
}

export const phoneView = z.object({
  dials: z.boolean().describe('False: there is no exchange, people dial by hand'),
  extension: z.string().nullable(),
  state: z.enum(['ready', 'none', 'offline', 'unknown', 'exchange_away']),
})
export type PhoneView = z.output<typeof phoneView>
