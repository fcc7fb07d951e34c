import { z } from 'zod'

const share = z.number().min(0).max(1)

const callFault = z.strictObject({
  /** What the caller meets in place of the answer. `refuse` answers 200 with `code`; `throttle` 400. */
  what: z.enum([
    'refuse',
    'throttle',
    'server_error',
    'html',
    'empty_object',
    'hang',
    'cut',
    'cut_mid_body',
    'delay',
  ]),
  /** The text is accepted, and delivered, before the fault strikes. Refusals never accept; a delay always does. */
  accept: z.boolean().default(false),
  actions: z
    .array(
      z.enum([
        'SendSms',
        'SendBatchSms',
        'QuerySendDetails',
        'CreateSmsTemplate',
        'UpdateSmsTemplate',
        'GetSmsTemplate',
        'DeleteSmsTemplate',
        'QuerySmsTemplateList',
      ]),
    )
    .optional(),
  /** Only calls that name one of these numbers. */
  phones: z.array(z.string()).optional(),
  /** Strikes so often, then never again. */
  times: z.int().positive().optional(),
  /** Strikes this part of the calls, at random. */
  share: share.optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  status: z.int().min(200).max(599).optional(),
  delayMs: z.number().nonnegative().optional(),
})

const pushFaults = z.strictObject({
  /** Part of the receipts that are never pushed; queries know them all the same. */
  loseReceipts: share.default(0),
  /** Part of the items that are pushed twice. */
  duplicate: share.default(0),
  /** Newest first. */
  reorder: z.boolean().default(false),
  /** Part of the deletions of queued messages that are answered and not done: they come again. */
  loseDeletes: share.default(0),
  /** Everything comes so much later. */
  delayMs: z.number().nonnegative().default(0),
})

/** All faults that are on; what is left out is off. */
export const faultSettings = z.strictObject({
  calls: z.array(callFault).default([]),
  pushes: pushFaults.prefault({}),
})

export type FaultSettings = z.input<typeof faultSettings>
export type CallFault = z.output<typeof callFault>
export type PushFaults = z.output<typeof pushFaults>
export type Action = NonNullable<CallFault['actions']>[number]

export interface Faults {
  /** Throws a ZodError on settings that make no sense. */
  set(settings: FaultSettings): void
  /** The first fault that strikes this call. */
  strike(action: Action, phones: readonly string[]): CallFault | null
  pushes(): PushFaults
  losesDelete(): boolean
}

export function createFaults(random: () => number): Faults {
  let armed: { fault: CallFault; phones: Set<string> | null; left: number }[] = []
  let pushes = pushFaults.parse({})
  return {
    set(settings) {
      const parsed = faultSettings.parse(settings)
      armed = parsed.calls.map((fault) => ({
        fault,
        phones: fault.phones ? new Set(fault.phones) : null,
        left: fault.times ?? Infinity,
      }))
      pushes = parsed.pushes
    },
    strike(action, phones) {
      for (const each of armed) {
        if (each.left <= 0 || (each.fault.actions && !each.fault.actions.includes(action))) continue
        if (each.phones && !phones.some((phone) => each.phones?.has(phone))) continue
        if (each.fault.share !== undefined && random() >= each.fault.share) continue
        each.left--
        return each.fault
      }
      return null
    },
    pushes: () => pushes,
    losesDelete: () => pushes.loseDeletes > 0 && random() < pushes.loseDeletes,
  }
}
