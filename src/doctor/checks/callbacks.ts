import { sql } from 'kysely'
import { openCallbacks } from '../../callback/open.ts'
import { forgetHolders, giveBack } from '../../callback/mend.ts'
import { rowCheck } from '../check.ts'

/** Callbacks: everybody who is dissatisfied is phoned, and no callback is lost between people. */
export const callbackChecks = [
  rowCheck({
    name: 'callback.missing',
    law: 7,
    meaning: '群众不满意，却没有电话回访任务',
    remedy: '执行 huifang doctor --fix，任务会立即进入回访队列',
    rows: ({ since }) => sql`
      SELECT s.id AS subject FROM survey s WHERE s.id >= ${since}
        AND s.first_rating IN ('dissatisfied', 'very_dissatisfied')
        AND NOT EXISTS (SELECT 1 FROM callback c WHERE c.case_id = s.id)
      UNION
      SELECT r.case_id FROM reply r WHERE r.id >= ${since} AND r.route = 'rating'
        AND r.rating IN ('dissatisfied', 'very_dissatisfied')
        AND NOT EXISTS (SELECT 1 FROM callback c WHERE c.case_id = r.case_id)`,
    async mend(deps, tx, subjects) {
      const cases = await tx
        .selectFrom('survey')
        .select(['id', 'unitCode'])
        .where('id', 'in', subjects)
        .execute()
      await openCallbacks(
        deps,
        tx,
        cases.map(({ id: caseId, unitCode }) => ({ caseId, unitCode, origin: 'dissatisfied' })),
      )
    },
  }),
  rowCheck({
    name: 'callback.without_case',
    law: 2,
    meaning: '回访任务没有对应的办结业务',
    remedy: '多因数据库只恢复了一部分：请按运维手册完整恢复备份',
    rows: ({ since }) => sql`
      SELECT c.id AS subject FROM callback c
      WHERE c.id >= ${since} AND c.case_id >= ${since} AND c.origin <> 'hotline'
        AND NOT EXISTS (SELECT 1 FROM transaction t WHERE t.id = c.case_id AND t.id >= ${since})`,
  }),
  rowCheck({
    name: 'callback.twice',
    law: 6,
    meaning: '同一业务有两个进行中的回访任务，群众会接到两次电话',
    remedy: '由主管取消其中一个，并把本条目交给维护人员',
    rows: () => sql`
      SELECT case_id AS subject FROM callback WHERE state IN ('waiting', 'claimed', 'talking')
      GROUP BY case_id HAVING count(*) > 1`,
  }),
  rowCheck({
    name: 'call.forgotten',
    law: 3,
    meaning: '通话一直没有结束，也没有进程在看管，话务员的话机不能再拨打',
    remedy: '检查 work 进程和交换机（huifang telephony check）；恢复后通话会自行了结',
    rows: ({ overdueSeconds }) => sql`
      SELECT id AS subject FROM call WHERE state <> 'ended'
        AND look_at < now() - make_interval(secs => ${overdueSeconds})`,
  }),
  rowCheck({
    name: 'callback.without_lease',
    law: 6,
    meaning: '回访任务已被领取，却没有占用期限，别人永远领不到',
    remedy: '执行 huifang doctor --fix，任务回到回访队列',
    rows: () => sql`
      SELECT id AS subject FROM callback WHERE state IN ('claimed', 'talking')
        AND (lease_until IS NULL OR lease_holder IS NULL)`,
    mend: (_deps, tx, subjects) => giveBack(tx, subjects),
  }),
  rowCheck({
    name: 'callback.lease_outlived',
    law: 6,
    meaning: '回访任务的占用早已到期，却没有回到队列',
    remedy: '检查 work 进程是否在运行；执行 huifang doctor --fix 立即放回',
    rows: ({ overdueSeconds }) => sql`
      SELECT id AS subject FROM callback WHERE state IN ('claimed', 'talking')
        AND lease_until < now() - make_interval(secs => ${overdueSeconds})`,
    mend: (_deps, tx, subjects) => giveBack(tx, subjects),
  }),
  rowCheck({
    name: 'callback.idle_lease',
    law: 6,
    meaning: '回访任务无人领取，却仍记着占用人',
    remedy: '执行 huifang doctor --fix',
    rows: () => sql`
      SELECT id AS subject FROM callback
      WHERE lease_until IS NOT NULL AND state NOT IN ('claimed', 'talking')`,
    mend: (_deps, tx, subjects) => forgetHolders(tx, subjects),
  }),
  rowCheck({
    name: 'callback.miscounted',
    law: 3,
    meaning: '回访任务的拨打次数与拨打记录不符',
    remedy: '把本条目和当日日志交给维护人员',
    rows: ({ since }) => sql`
      SELECT c.id AS subject FROM callback c WHERE c.id >= ${since}
        AND c.attempts <> (SELECT count(*) FROM attempt a
          WHERE a.callback_id = c.id AND a.settle_at IS NULL)`,
  }),
  rowCheck({
    name: 'attempt.unsettled',
    law: 2,
    meaning: '拨打结果早该生效，却仍未生效',
    remedy: '检查 work 进程是否在运行',
    rows: ({ overdueSeconds }) => sql`
      SELECT id AS subject FROM attempt
      WHERE settle_at < now() - make_interval(secs => ${overdueSeconds})`,
  }),
  rowCheck({
    name: 'callback.ended_untried',
    law: 7,
    meaning: '回访任务已办结，却没有任何拨打记录',
    remedy: '由主管核实，必要时重新发起回访',
    rows: ({ since }) => sql`
      SELECT c.id AS subject FROM callback c
      WHERE c.id >= ${since} AND c.state IN ('resolved', 'unreachable')
        AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.callback_id = c.id)`,
  }),
]
