import type { Policy } from '../../src/policy/policy.ts'
import { quickPolicy } from '../../src/sandbox/demo/quick-policy.ts'

/**
 * The demo's short settings, but with the usual reply windows: the suite lets time pass, and nobody's
 * reply shall be late by that.
 */
export const faultPolicy: Policy = {
  ...quickPolicy,
  survey: {
    ...quickPolicy.survey,
    replyWindowSeconds: 72 * 3600,
    lateWindowSeconds: 7 * 24 * 3600,
  },
  sms: {
    ...quickPolicy.sms,
    // Longer than a call may take, and than a busy machine may keep it waiting.
    submittingStuckSeconds: 4,
    unknownFirstLookSeconds: 1,
    unknownEmptyApartSeconds: 2,
    // Where all receipts are lost, three hundred texts are asked for one by one.
    queriesPerSecond: 100,
  },
  // A lease long enough to last, and short enough that a clock ten minutes ahead would end it; and a
  // moment in which a result may be undone, so that it is settled by the workers.
  callback: { ...quickPolicy.callback, leaseSeconds: 300, undoSeconds: 0.5 },
}
