import type { Core } from '../foundation/core.ts'
import { parseZonedIso } from '../foundation/clock.ts'
import { AppError } from '../foundation/errors.ts'
import {
  activatePolicy,
  checkPolicy,
  rollbackPolicy,
  showPolicies,
  withdrawPolicy,
  type PolicyDeps,
} from '../policy/activate.ts'
import { policyReader } from '../policy/reader.ts'
import { readJson } from './json-file.ts'
import { operator } from './operator.ts'
import { say, withCore } from './with-core.ts'

const sayWhole = (value: unknown) => say(JSON.stringify(value, null, 2))

const withPolicies = (act: (deps: Core & PolicyDeps) => Promise<void>) =>
  withCore((core, { HUIFANG_SANDBOX: sandbox }) => act({ ...core, sandbox }))

export const policyShow = () => withCore(async (core) => sayWhole(await policyReader(core)()))

/** Exit code 1 when the policy may not come into force. */
export const policyCheck = (file: string) =>
  withPolicies(async (deps) => {
    const check = await checkPolicy(deps, await readJson(file))
    sayWhole(check)
    if (check.faults.length > 0) process.exitCode = 1
  })

export const policySet = (file: string, { why, at }: { why: string; at?: string }) =>
  withPolicies(async (deps) => {
    const inForceAt = at === undefined ? null : parseZonedIso(at)
    if (at !== undefined && inForceAt === null) {
      throw new AppError('request.invalid', { field: '--at', reason: '须为带时区的 ISO 8601 时间' })
    }
    const settings = await readJson(file)
    const version = await activatePolicy(deps, { settings, by: operator(), why, inForceAt })
    say(
      inForceAt
        ? `policy version ${version} comes into force at ${inForceAt.toISOString()}`
        : `policy version ${version} is in force`,
    )
  })

export const policyRollback = (why: string) =>
  withPolicies(async (deps) => {
    const version = await rollbackPolicy(deps, { by: operator(), why })
    say(`policy version ${version} is in force`)
  })

/** The policy that is to come into force is the draft again. */
export const policyWithdraw = (why: string) =>
  withPolicies(async (deps) => {
    const { planned } = await showPolicies(deps)
    if (!planned) throw new AppError('policy.not_planned')
    await withdrawPolicy(deps, { version: planned.version, by: operator(), why })
    say(`policy version ${planned.version} is withdrawn, and the draft again`)
  })
