import { systemClock } from '../../foundation/clock.ts'
import { stopSignal } from '../../commands/stop.ts'
import { sandboxCredentials } from '../demo/environment.ts'
import { startSandboxGateway } from '../gateway/server.ts'
import { replyOf } from './rows.ts'

/** The gateway of a benchmark, in a process of its own as the provider's is. Tells its parent where it listens. */
const stop = stopSignal()
const gateway = await startSandboxGateway({
  clock: systemClock,
  credentials: sandboxCredentials,
  openTemplates: true,
  limits: { perDay: null, callsPerSecond: null },
  receiptDelayMs: 300,
  pushes: { maxItems: 20, timeoutMs: 5_000, retryMs: [1_000, 2_000, 4_000] },
  behaviour: (phone) => {
    const text = replyOf(phone)
    return text === null ? {} : { replies: [{ text, afterMs: 500 }] }
  },
})
process.send?.({ endpoint: gateway.endpoint })
await stop
await gateway.close()
