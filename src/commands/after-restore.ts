import { buildApp } from '../app.ts'
import { readConfig } from '../foundation/config.ts'
import { openLog } from '../foundation/log.ts'
import { giveUpDueTexts } from '../sms/after-restore.ts'
import { operator } from './operator.ts'
import { say, withConfig } from './with-core.ts'

/** `huifang sms give-up-due`: for the operator who restored a backup that is older than the loss. */
export async function giveUpDue(): Promise<void> {
  await withConfig(readConfig, async (config) => {
    const app = await buildApp(config, openLog('warn'))
    try {
      say(`${await giveUpDueTexts(app, operator())} texts given up`)
    } finally {
      await app.close()
    }
  })
}
