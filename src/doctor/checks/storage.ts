import { sql } from 'kysely'
import { heldData } from '../../citizen/held-data.ts'
import { AppError } from '../../foundation/errors.ts'
import { ensurePartitions } from '../../foundation/partitions.ts'
import { found, rowCheck, type Check } from '../check.ts'

/** What the rows lie in: partitions and keys. */
export const storageChecks: Check[] = [
  rowCheck({
    name: 'partition.missing',
    law: 5,
    meaning: '本月或下月的分区尚未建立，到时数据将无处可存',
    remedy:
      '执行 huifang doctor --fix；若仍失败，检查磁盘空间与数据库所有者权限（huifang migrate）',
    rows: () => sql`
      SELECT child AS subject FROM (
        SELECT format('%s_p%s', partrelid::regclass, to_char(
          date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai') + make_interval(months => ahead), 'YYYYMM')) AS child
        FROM pg_partitioned_table, generate_series(0, 1) AS ahead) wanted
      WHERE to_regclass(child) IS NULL`,
    mend: (deps) => ensurePartitions(deps),
  }),
  {
    name: 'partition.stray',
    law: 11,
    meaning: '有数据的编号时间不属于任何月份分区，多因某台机器的时钟错了',
    remedy: '核对各机器时钟（NTP）；执行 huifang doctor --fix 把属于近月的数据移入其分区',
    async find(deps) {
      const { rows } = await sql<{ spare: string }>`
        SELECT partdefid::regclass::text AS spare FROM pg_partitioned_table WHERE partdefid <> 0`.execute(
        deps.db,
      )
      const holding: string[] = []
      for (const { spare } of rows) {
        const strays = await sql`SELECT FROM ${sql.table(spare)} LIMIT 1`.execute(deps.db)
        if (strays.rows.length > 0) holding.push(spare)
      }
      return found(holding)
    },
    async mend(deps) {
      await ensurePartitions(deps)
      return 0
    },
  },
  {
    name: 'key.unreadable',
    law: 10,
    meaning: '有密文无法解密：所用密钥未配置，或内容已损坏',
    remedy: '把原来的密钥加回 HUIFANG_DATA_KEYS（放在当前密钥之后）；密钥丢失则这些内容无法恢复',
    async find(deps, { since }) {
      const unreadable: string[] = []
      for (const { table, idColumn, sealed } of heldData) {
        for (const [column, context] of Object.entries(sealed)) {
          // A cipher text begins with its version, the length of its key's id and that id: one text for each key.
          const { rows } = await sql<{ sealedText: Buffer }>`
            SELECT DISTINCT ON (substring(head FROM 1 FOR 2 + get_byte(head, 1))) sealed_text FROM (
              SELECT ${sql.ref(column)} AS sealed_text, substring(${sql.ref(column)} FROM 1 FOR 34) AS head
              FROM ${sql.table(table)} WHERE ${sql.ref(idColumn)} >= ${since}
                AND octet_length(${sql.ref(column)}) > 2) texts`.execute(deps.db)
          for (const { sealedText } of rows) {
            const fault = faultOf(() => deps.vault.open(sealedText, context))
            if (fault) unreadable.push(`${table}.${column} ${fault}`)
          }
        }
      }
      return found(unreadable)
    },
  },
]

function faultOf(open: () => string): string | null {
  try {
    open()
    return null
  } catch (error) {
    if (error instanceof AppError) return `${error.code} ${error.details['keyId'] ?? ''}`.trim()
    throw error
  }
}
