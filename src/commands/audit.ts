import { sealAudit } from '../audit/seal.ts'
import { verifyAudit } from '../audit/verify.ts'
import { say, sayAll, withCore } from './with-core.ts'

/** `huifang audit verify`: one JSON line for each fault, one with the sums; exit code 1 when there is a fault. */
export const auditVerify = (head: string | undefined) =>
  withCore(async (core) => {
    const { faults, ...sums } = await verifyAudit(core, head)
    sayAll(faults)
    say(JSON.stringify({ intact: faults.length === 0, ...sums }))
    if (faults.length > 0) process.exitCode = 1
  })

export const auditSeal = () =>
  withCore(async (core) => say(`${await sealAudit(core)} slots sealed`))
