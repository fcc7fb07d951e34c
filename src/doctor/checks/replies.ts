import { sql } from 'kysely'
import { retriage, ringAgain } from '../../evaluation/mend.ts'
import { wakeInbound } from '../../sms/mend.ts'
import { rowCheck } from '../check.ts'

/** What came in: everything is understood, or waits for a person. */
export const replyChecks = [
  rowCheck({
    name: 'inbound.forgotten',
    law: 5,
    meaning: '收到的推送尚未处理，却没有下一次处理时间',
    remedy: '执行 huifang doctor --fix',
    rows: ({ since }) => sql`
      SELECT id AS subject FROM inbound WHERE id >= ${since} AND state = 'raw' AND look_at IS NULL`,
    mend: (_deps, tx, subjects) => wakeInbound(tx, subjects),
  }),
  rowCheck({
    name: 'inbound.overdue',
    law: 5,
    meaning: '收到的推送早该处理，却仍未处理',
    remedy: '检查 work 进程是否在运行（replies、receipts 队列）、huifang queue dead 是否有失败任务',
    rows: ({ since, overdueSeconds }) => sql`
      SELECT id AS subject FROM inbound WHERE id >= ${since} AND state = 'raw'
        AND look_at IS NOT NULL AND received_at < now() - make_interval(secs => ${overdueSeconds})`,
  }),
  rowCheck({
    name: 'reply.without_survey',
    law: 2,
    meaning: '答复所属的征求意见不存在',
    remedy: '多因数据库只恢复了一部分：请按运维手册完整恢复备份',
    rows: ({ since }) => sql`
      SELECT r.id AS subject FROM reply r WHERE r.id >= ${since} AND r.case_id >= ${since}
        AND NOT EXISTS (SELECT 1 FROM survey s WHERE s.id = r.case_id AND s.id >= ${since})`,
  }),
  rowCheck({
    name: 'reply.uncounted',
    law: 5,
    meaning: '答复已读出评价，征求意见上却没有评价',
    remedy: '把本条目和当日日志交给维护人员',
    rows: ({ since }) => sql`
      SELECT r.id AS subject FROM reply r JOIN survey s ON s.id = r.case_id
      WHERE r.id >= ${since} AND s.id >= ${since} AND r.route = 'rating' AND s.first_rating IS NULL
        -- What a call found stays, and of a long reply the whole counts, not its first part.
        AND NOT EXISTS (SELECT 1 FROM callback c WHERE c.case_id = s.id AND c.state = 'resolved')
        AND NOT EXISTS (SELECT 1 FROM reply n WHERE n.case_id = s.id AND n.id > r.id AND n.continues IS NOT NULL)`,
  }),
  rowCheck({
    name: 'reply.untriaged',
    law: 5,
    meaning: '答复须由人判读，却不在人工判读列表里',
    remedy: '执行 huifang doctor --fix',
    rows: ({ since }) => sql`
      SELECT r.id AS subject FROM reply r WHERE r.id >= ${since} AND r.route = 'triage'
        AND NOT EXISTS (SELECT 1 FROM triage t WHERE t.reply_id = r.id)`,
    mend: (deps, tx, subjects, { policy }) =>
      retriage(deps, tx, subjects, policy.reply.triageDueHours),
  }),
  rowCheck({
    name: 'reply.unrung',
    law: 5,
    meaning: '答复疑似紧急，却没有进入紧急列表',
    remedy: '立即执行 huifang doctor --fix，并通知值班人员查看紧急列表',
    rows: ({ since }) => sql`
      SELECT r.id AS subject FROM reply r WHERE r.id >= ${since} AND r.urgent
        AND NOT EXISTS (SELECT 1 FROM duty d WHERE d.reply_id = r.id)`,
    mend: (deps, tx, subjects) => ringAgain(deps, tx, subjects),
  }),
]
