import { sql } from 'kysely'
import { freeSlots, retakeSlots, wakeSurveys } from '../../survey/mend.ts'
import { rowCheck } from '../check.ts'

/** Transactions, and what became of each: exactly one survey or one reason why not. */
export const caseChecks = [
  rowCheck({
    name: 'case.without_fate',
    law: 8,
    meaning: '办结业务既没有征求意见，也没有不发送的原因',
    remedy: '由来源系统以新的 externalId 重新推送该业务；并把本条目和当日日志交给维护人员',
    rows: ({ since }) => sql`
      SELECT t.id AS subject FROM transaction t WHERE t.id >= ${since}
        AND NOT EXISTS (SELECT 1 FROM survey s WHERE s.id = t.id AND s.id >= ${since})
        AND NOT EXISTS (SELECT 1 FROM suppression x
          WHERE x.transaction_id = t.id AND x.transaction_id >= ${since})`,
  }),
  rowCheck({
    name: 'case.with_two_fates',
    law: 8,
    meaning: '办结业务既有征求意见，又有不发送的原因，统计会重复',
    remedy: '把本条目和当日日志交给维护人员，核实短信是否已发出后删除多余的一行',
    rows: ({ since }) => sql`
      SELECT s.id AS subject FROM survey s JOIN suppression x ON x.transaction_id = s.id
      WHERE s.id >= ${since} AND x.transaction_id >= ${since}`,
  }),
  rowCheck({
    name: 'survey.without_transaction',
    law: 2,
    meaning: '征求意见没有对应的办结业务',
    remedy: '多因数据库只恢复了一部分：请按运维手册完整恢复备份',
    rows: ({ since }) => sql`
      SELECT s.id AS subject FROM survey s WHERE s.id >= ${since}
        AND NOT EXISTS (SELECT 1 FROM transaction t WHERE t.id = s.id AND t.id >= ${since})`,
  }),
  rowCheck({
    name: 'transaction.without_key',
    law: 2,
    meaning: '办结业务没有去重键，同一业务再次推送时会被当作新业务',
    remedy: '多因数据库只恢复了一部分：请按运维手册完整恢复备份',
    rows: ({ since }) => sql`
      SELECT t.id AS subject FROM transaction t
      LEFT JOIN transaction_key k ON k.source = t.source AND k.external_id = t.external_id
      WHERE t.id >= ${since} AND k.transaction_id IS DISTINCT FROM t.id`,
  }),
  rowCheck({
    name: 'survey.forgotten',
    law: 1,
    meaning: '征求意见在等待答复，却没有下一次处理时间，将永远不会结束',
    remedy: '执行 huifang doctor --fix',
    rows: ({ since }) => sql`
      SELECT id AS subject FROM survey
      WHERE id >= ${since} AND state IN ('open', 'expired') AND look_at IS NULL`,
    mend: (_deps, tx, subjects) => wakeSurveys(tx, subjects),
  }),
  rowCheck({
    name: 'survey.overdue',
    law: 1,
    meaning: '征求意见的答复期限早已过去，却没有结束',
    remedy: '检查 work 进程是否在运行（含 conclude 队列），并查看其日志',
    rows: ({ since, overdueSeconds }) => sql`
      SELECT id AS subject FROM survey WHERE id >= ${since} AND look_at IS NOT NULL AND (
        (state = 'open' AND expires_at < now() - make_interval(secs => ${overdueSeconds}))
        OR (state = 'expired' AND late_until < now() - make_interval(secs => ${overdueSeconds})))`,
  }),
  rowCheck({
    name: 'slot.missing',
    law: 4,
    meaning: '征求意见进行中，但没有占用该号码：群众的答复会找不到它，号码也可能再次被询问',
    remedy: '执行 huifang doctor --fix；仍然存在的，是同一号码有两个进行中的征求意见，请交维护人员',
    rows: ({ since }) => sql`
      SELECT s.id AS subject FROM survey s
      LEFT JOIN open_survey o ON o.phone_hash = s.phone_hash AND o.signature = s.signature
      WHERE s.id >= ${since} AND (s.state IN ('scheduled', 'submitting', 'unknown') OR (s.state = 'open' AND s.late_until > now()))
        AND o.survey_id IS DISTINCT FROM s.id`,
    mend: (_deps, tx, subjects) => retakeSlots(tx, subjects),
  }),
  rowCheck({
    name: 'slot.forever',
    law: 8,
    meaning: '号码被已经结束的征求意见一直占用，以后的业务都不会再询问',
    remedy: '执行 huifang doctor --fix',
    rows: ({ since }) => sql`
      SELECT o.survey_id AS subject FROM open_survey o
      LEFT JOIN survey s ON s.id = o.survey_id AND s.id >= ${since}
      WHERE o.survey_id >= ${since} AND o.free_at = 'infinity'
        AND (s.id IS NULL OR s.state IN ('answered', 'expired', 'closed', 'failed'))`,
    mend: (_deps, tx, subjects) => freeSlots(tx, subjects),
  }),
]
