import { CompiledQuery, type Insertable } from 'kysely'
import type { Queryable } from './database.ts'
import type { DB } from './db-types.ts'

type Type =
  | 'boolean'
  | 'bytea'
  | 'integer'
  | 'jsonb'
  | 'real'
  | 'text'
  | 'text[]'
  | 'timestamptz'
  | 'uuid'

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/**
 * Inserts many rows, one list a column. However many rows there are, the statement is the same, and the server keeps
 * one with few columns (see `prepared.ts`); to parse a list of rows with a parameter for each value took it as long as to write them. Columns that `types`
 * does not name take their default. Values of JSON columns are given as text.
 */
export async function insertRows<
  Table extends keyof DB,
  Column extends keyof Insertable<DB[Table]> & string,
>(
  tx: Queryable,
  table: Table,
  types: Readonly<Record<Column, Type>>,
  rows: readonly Pick<Insertable<DB[Table]>, Column>[],
): Promise<void> {
  if (rows.length === 0) return
  const columns = Object.entries<Type>(types) as [Column, Type][]
  const names = columns.map(([column]) => `"${snake(column)}"`)
  // A list of lists would be one long list: a list within a row travels as text.
  const lists = columns.map(([, type], at) => `$${at + 1}::${type === 'text[]' ? 'text' : type}[]`)
  const taken = columns.map(([, type], at) =>
    type === 'text[]' ? `${names[at]}::text[]` : names[at],
  )
  const text = `INSERT INTO "${snake(table)}" (${names.join()})
    SELECT ${taken.join()} FROM unnest(${lists.join()}) AS r(${names.join()})`
  const values = columns.map(([column, type]) =>
    type === 'text[]'
      ? rows.map((row) => listText(row[column] as readonly string[]))
      : rows.map((row) => row[column]),
  )
  await tx.executeQuery(CompiledQuery.raw(text, values))
}

function listText(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join()}}`
}
