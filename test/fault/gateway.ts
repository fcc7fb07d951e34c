import { systemClock } from '../../src/foundation/clock.ts'
import { startSandboxGateway } from '../../src/sandbox/gateway/server.ts'
import { sandboxCredentials } from '../../src/sandbox/demo/environment.ts'
import { behaviourOf } from './citizens.ts'
import { randomOf } from './random.ts'

// The gateway in a process of its own (port in argv[2], seed in argv[3]): nothing that happens to
// huifang touches its ledger. It ends with the process that started it.

const [, , port, seed] = process.argv
await startSandboxGateway({
  clock: systemClock,
  credentials: sandboxCredentials,
  port: Number(port),
  openTemplates: true,
  random: randomOf(Number(seed)),
  behaviour: (phone, { templateCode }) => behaviourOf(phone, templateCode),
  // The provider repeats a push that was not acknowledged; here sooner than in earnest, and longer than
  // any outage lasts. A busy machine gets more time to answer, or its own repetitions would bury it.
  pushes: {
    timeoutMs: 5_000,
    retryMs: [250, 500, 1_000, ...Array.from({ length: 60 }, () => 2_000)],
  },
})
process.once('disconnect', () => process.exit())
process.send?.('ready')
