import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPhoneBank, type Behaviour, type PhoneBank } from '../phones/bank.ts'
import { keptAsterisk, startAsterisk, unpackAsterisk, type SandboxExchange } from './start.ts'
import { freePort } from '../free-port.ts'

/** An Asterisk of one's own between the agents' phones and a carrier that plays the citizens'. */
export interface Exchange extends SandboxExchange {
  version: string
  agents: PhoneBank
  citizens: PhoneBank
  /** What to set so that the app uses it. */
  environment: Record<string, string>
  /** What the agent's phone, or a citizen's number, does from now on; else phones answer. */
  behave: (number: string, behaviour: Behaviour) => void
}

/** The first `phones` phones are 1001, 1002, …; 1999 is known and never there. Null when no Asterisk is to be had here. */
export async function openExchange(phones = 24): Promise<Exchange | null> {
  const program = await keptAsterisk()
  const version = await unpackAsterisk(program)
  if (version === null) return null
  const behaviours = new Map<string, Behaviour>()
  const behave = (number: string) => behaviours.get(number) ?? ({ comesTo: 'answer' } as const)
  const agents = await openPhoneBank(behave, { hertz: 1_000 })
  const citizens = await openPhoneBank(behave, { hertz: 400 })
  const credentials = { user: 'huifang', password: 'sandbox' }
  const folder = await mkdtemp(join(tmpdir(), 'huifang-asterisk-'))
  const exchange = await startAsterisk(program, folder, {
    ...credentials,
    sipPort: await freePort(),
    httpPort: await freePort(),
    rtpPort: 20_000 + 2 * Math.floor(Math.random() * 10_000),
    phones: [
      ...Array.from({ length: phones }, (_, index) => ({
        name: String(1001 + index),
        port: agents.port,
      })),
      { name: '1999', port: null },
    ],
    trunks: [
      { name: 'trunk', port: citizens.port },
      { name: 'deadtrunk', port: await freePort() },
    ],
  })
  return {
    ...exchange,
    version,
    agents,
    citizens,
    behave: (number, behaviour) => void behaviours.set(number, behaviour),
    environment: {
      HUIFANG_ASTERISK_URL: exchange.url,
      HUIFANG_ASTERISK_USER: credentials.user,
      HUIFANG_ASTERISK_PASSWORD: credentials.password,
      HUIFANG_ASTERISK_CEL_FILE: exchange.celFile,
    },
    async close() {
      await exchange.close()
      await agents.close()
      await citizens.close()
    },
  }
}
