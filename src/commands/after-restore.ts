import { buildApp } from '../app.ts'
import { processEnvironment, readConfig } from '../foundation/config.ts'
import { openLog } from '../foundation/log.ts'
import { giveUpDueTexts } from '../sms/after-restore.ts'
import { operator } from './operator.ts'
import { say } from './with-core.ts'

/** `huifang sms give-up-due`: for the operator who restored a backup that is older than the loss. */
export async function giveUpDue(): Promise<void> {
  const app = await buildApp(readConfig(processEnvironment()), openLog('warn'))
  try {
    say(`${await giveUpDueTexts(app, operator())} texts given up`)
  } finally {
    await app.close()
  }
}
