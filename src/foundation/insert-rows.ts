import { sql, type Insertable } from 'kysely'
import type { Queryable } from './database.ts'
import type { DB } from './db-types.ts'

type Table = keyof DB & string

/**
 * Inserts rows by a statement with one parameter, whatever their number: its text stays the same, so it stays
 * prepared, and neither side has thousands of parameters to count. All rows name the same columns; what they
 * do not name takes its default. Values of JSON columns are given as they are, not as text.
 */
export async function insertRows<Name extends Table>(
  tx: Queryable,
  table: Name,
  rows: readonly Insertable<DB[Name]>[],
): Promise<void> {
  if (rows.length > 0) await rowsToInsert(table, rows).execute(tx)
}

/** The statement of `insertRows`, for those who go on with `ON CONFLICT`. */
export function rowsToInsert<Name extends Table>(
  table: Name,
  rows: readonly Insertable<DB[Name]>[],
) {
  const columns = Object.keys(rows[0]!)
  const list = sql.join(columns.map((column) => sql.ref(column)))
  return sql`INSERT INTO ${sql.table(table)} (${list})
    SELECT ${list} FROM json_populate_recordset(NULL::${sql.table(table)}, ${asJson(columns, rows)}::json)`
}

function asJson(columns: readonly string[], rows: readonly object[]): string {
  const names = columns.map((column) =>
    column.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  )
  return JSON.stringify(
    rows.map((row) => {
      const values = row as Record<string, unknown>
      return Object.fromEntries(
        columns.map((column, index) => [names[index], valueOf(values[column])]),
      )
    }),
  )
}

const valueOf = (value: unknown) => (Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : value)
