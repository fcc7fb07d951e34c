import type { Core } from '../foundation/core.ts'
import { remember } from '../foundation/remember.ts'
import { defaultPolicy } from './defaults.ts'
import type { Policy } from './policy.ts'
import { versionsInForce } from './store.ts'

const cacheMs = 2_000

/** Reads the policy in force; an answer may be up to two seconds old, for every batch of every queue asks. */
export function policyReader(deps: Pick<Core, 'db'>): () => Promise<Policy> {
  return remember(async () => {
    const [inForce] = await versionsInForce(deps.db, 1)
    return inForce?.policy ?? defaultPolicy
  }, cacheMs)
}
