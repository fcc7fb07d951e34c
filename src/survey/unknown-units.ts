import type { Core } from '../foundation/core.ts'

/** Codes that transactions named and nobody imported, with how often: what the operator should ask the source about. */
export async function unknownUnits(
  deps: Pick<Core, 'db'>,
): Promise<{ unitCode: string; transactions: number }[]> {
  const rows = await deps.db
    .selectFrom('suppression')
    .select(['unitCode', (eb) => eb.fn.countAll<number>().as('transactions')])
    .where('reason', '=', 'unit_unknown')
    .where('unitCode', 'not in', deps.db.selectFrom('unitVersion').select('code'))
    .groupBy('unitCode')
    .orderBy('transactions', 'desc')
    .execute()
  return rows
}
