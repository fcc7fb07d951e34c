import { policyReader } from '../policy/reader.ts'
import { openAri } from '../telephony/ari.ts'
import { checkTelephony } from '../telephony/check.ts'
import { say, withCore } from './with-core.ts'

/** `huifang telephony check`: one line for each thing that calls need; exit code 1 when something is missing. */
export const telephonyCheck = () =>
  withCore(async (core, config) => {
    const url = config.HUIFANG_ASTERISK_URL
    if (url === undefined) {
      say('没有接入电话交换机（HUIFANG_ASTERISK_URL 未设置）：回访由人工拨打')
      return
    }
    const checks = await checkTelephony({
      db: core.db,
      policy: policyReader(core),
      ari: openAri({
        url,
        user: config.HUIFANG_ASTERISK_USER!,
        password: config.HUIFANG_ASTERISK_PASSWORD!,
      }),
      application: config.HUIFANG_ASTERISK_APPLICATION,
      trunk: config.HUIFANG_ASTERISK_TRUNK,
      celFile: config.HUIFANG_ASTERISK_CEL_FILE,
      recordingsFolder: config.HUIFANG_RECORDINGS_S3_URL ? null : config.HUIFANG_RECORDINGS_DIR,
    })
    for (const { what, missing } of checks) say(missing ? `✗ ${what}：${missing}` : `✓ ${what}`)
    if (checks.some(({ missing }) => missing !== null)) process.exitCode = 1
  })
