import { sql } from 'kysely'
import { askForReceipts, wakeTexts } from '../../sms/mend.ts'
import { rowCheck } from '../check.ts'

/** In which states a survey and its text may be met together: they move in one transaction. */
const togetherStates = [
  ['scheduled', 'queued'],
  ['submitting', 'submitting'],
  ['unknown', 'unknown'],
  ['open', 'accepted'],
  ['answered', 'accepted'],
  ['expired', 'accepted'],
  ['closed', 'accepted'],
  ['closed', 'dropped'],
  ['failed', 'dropped'],
  ['failed', 'rejected'],
] as const

const notPaused = sql`NOT EXISTS (
  SELECT 1 FROM sending_pause p WHERE (p.until IS NULL OR p.until > now()) AND (
    p.scope = 'account'
    OR (p.scope = 'template' AND p.subject = m.template_version_id::text)
    OR (p.scope = 'signature' AND p.subject =
      (SELECT signature FROM template_version t WHERE t.id = m.template_version_id))))`

/** Texts: one a case and purpose, each with a known way out. */
export const textChecks = [
  rowCheck({
    name: 'survey.without_text',
    law: 2,
    meaning: '征求意见没有对应的短信',
    remedy: '由来源系统以新的 externalId 重新推送该业务；并把本条目和当日日志交给维护人员',
    rows: ({ since, around }) => sql`
      SELECT s.id AS subject FROM survey s
      LEFT JOIN message_key k ON k.case_id = s.id AND k.purpose = 'ask' AND k.case_id >= ${since}
      LEFT JOIN message m ON m.id = k.message_id AND m.id >= ${around}
      WHERE s.id >= ${since} AND m.id IS NULL`,
  }),
  rowCheck({
    name: 'survey.apart_from_text',
    law: 3,
    meaning: '征求意见的状态与其短信的状态不相符',
    remedy: '把本条目和当日日志交给维护人员；在此之前不要重发',
    rows: ({ since, around }) => sql`
      SELECT s.id AS subject FROM survey s
      JOIN message_key k ON k.case_id = s.id AND k.purpose = 'ask' AND k.case_id >= ${since}
      JOIN message m ON m.id = k.message_id AND m.id >= ${around}
      WHERE s.id >= ${since} AND (s.state || '/' || m.state)
        <> ALL(${togetherStates.map((pair) => pair.join('/'))}::text[])`,
  }),
  rowCheck({
    name: 'text.without_key',
    law: 4,
    meaning: '短信没有去重键，同一短信可能再次发送',
    remedy: '先停止 work 进程，把本条目交给维护人员',
    rows: ({ since }) => sql`
      SELECT m.id AS subject FROM message m
      LEFT JOIN message_key k ON k.case_id = m.case_id AND k.purpose = m.purpose
      WHERE m.id >= ${since} AND k.message_id IS DISTINCT FROM m.id`,
  }),
  rowCheck({
    name: 'text.key_without_text',
    law: 4,
    meaning: '去重键指向的短信不存在，该短信永远不会发送',
    remedy: '多因数据库只恢复了一部分：请按运维手册完整恢复备份',
    rows: ({ since, around }) => sql`
      SELECT k.message_id AS subject FROM message_key k WHERE k.case_id >= ${since}
        AND NOT EXISTS (SELECT 1 FROM message m WHERE m.id = k.message_id AND m.id >= ${around})`,
  }),
  rowCheck({
    name: 'text.twice',
    law: 4,
    meaning: '同一业务的同一短信提交了两次',
    remedy: '先停止 work 进程，把本条目交给维护人员；必要时向群众说明',
    rows: ({ since }) => sql`
      SELECT case_id AS subject FROM message
      WHERE id >= ${since} AND state IN ('submitting', 'accepted', 'unknown')
      GROUP BY case_id, purpose HAVING count(*) > 1`,
  }),
  rowCheck({
    name: 'text.forgotten',
    law: 1,
    meaning: '短信等待处理，却没有下一次处理时间，将永远停在原地',
    remedy: '执行 huifang doctor --fix',
    rows: ({ since }) => sql`
      SELECT id AS subject FROM message
      WHERE id >= ${since} AND state IN ('queued', 'submitting', 'unknown') AND look_at IS NULL`,
    mend: (_deps, tx, subjects) => wakeTexts(tx, subjects),
  }),
  rowCheck({
    name: 'text.overdue',
    law: 1,
    meaning: '短信早该发送，却仍在等待（发送并未暂停）',
    remedy: '检查 work 进程是否在运行（含 dispatch 队列）、huifang queue dead 是否有失败任务',
    rows: ({ since, overdueSeconds }) => sql`
      SELECT m.id AS subject FROM message m WHERE m.id >= ${since} AND m.state = 'queued'
        AND m.look_at IS NOT NULL
        AND m.due_at < now() - make_interval(secs => ${overdueSeconds}) AND ${notPaused}`,
  }),
  rowCheck({
    name: 'text.unsettled',
    law: 4,
    meaning: '短信是否发出早该查明，却仍未查明',
    remedy: '检查 work 进程（reconcile 队列）和短信平台查询接口；不要手工重发',
    rows: ({ since, overdueSeconds, policy: { sms } }) => sql`
      SELECT id AS subject FROM message WHERE id >= ${since} AND look_at IS NOT NULL AND (
        (state = 'submitting' AND submitted_at <
          now() - make_interval(secs => ${sms.submittingStuckSeconds + overdueSeconds}))
        OR (state = 'unknown' AND look_at < now() - make_interval(secs => ${overdueSeconds}))
        OR (state = 'unknown' AND submitted_at < now() - make_interval(secs =>
          ${sms.unknownFirstLookSeconds + 4 * sms.unknownEmptyApartSeconds + 48 * overdueSeconds})))`,
  }),
  rowCheck({
    name: 'receipt.unasked',
    law: 5,
    meaning: '短信没有回执，也没有安排查询',
    remedy: '执行 huifang doctor --fix',
    rows: ({ since }) => sql`
      SELECT id AS subject FROM message WHERE id >= ${since} AND state = 'accepted'
        AND delivery IS NULL AND look_at IS NULL AND settled_at > now() - interval '2 days'`,
    mend: (_deps, tx, subjects, { policy }) =>
      askForReceipts(tx, subjects, policy.sms.receiptMissingSeconds),
  }),
]
