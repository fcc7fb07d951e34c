import type { Core } from '../foundation/core.ts'
import type { Id } from '../foundation/ids.ts'

const atOnce = 200
const first: Id = '00000000-0000-0000-0000-000000000000'

/**
 * Takes the items of one number out of the pushes that were stored as they came, whose readers need them no
 * more. Reads all of them, for nothing leads from a number to its pushes; they are few months old at most.
 * Returns how many pushes held such items.
 */
export async function forgetPushesOf(
  deps: Pick<Core, 'db' | 'vault'>,
  isTheirs: (phone: string) => boolean,
): Promise<number> {
  let changed = 0
  for (let after = first; ;) {
    const rows = await deps.db
      .selectFrom('inbound')
      .select(['id', 'bodySealed'])
      .where('id', '>', after)
      .where('state', '!=', 'raw')
      .orderBy('id')
      .limit(atOnce)
      .execute()
    for (const { id, bodySealed } of rows) {
      const kept = without(deps.vault.open(bodySealed, 'body'), isTheirs)
      if (kept === null) continue
      await deps.db
        .updateTable('inbound')
        .set({ bodySealed: deps.vault.seal(kept, 'body') })
        .where('id', '=', id)
        .execute()
      changed++
    }
    const last = rows.at(-1)
    if (!last || rows.length < atOnce) return changed
    after = last.id
  }
}

/** The push without these items; null when it holds none of them, or nobody can read it. */
function without(body: string, isTheirs: (phone: string) => boolean): string | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return null
  }
  const items = Array.isArray(parsed) ? (parsed as unknown[]) : [parsed]
  const kept = items.filter((item) => {
    const phone = (item as { phone_number?: unknown } | null)?.phone_number
    return !(typeof phone === 'string' || typeof phone === 'number') || !isTheirs(String(phone))
  })
  return kept.length === items.length ? null : JSON.stringify(kept)
}
