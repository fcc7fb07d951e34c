import { Button, InputNumber, Modal, Progress } from 'antd'
import { useState } from 'react'
import { Trouble } from '../foundation/parts.tsx'
import { DryRunFigures } from './figures.tsx'
import { useDryRun, type DryRunWanted } from './use-dry-run.ts'

/** What citizens of the last days would have got by these settings and texts. Nothing is sent. */
export function DryRun({ wanted, onClose }: { wanted: DryRunWanted; onClose: () => void }) {
  const [days, setDays] = useState(30)
  const { start, run, cancel } = useDryRun()
  const answer = run.data
  const running = start.isPending || answer?.state === 'running'
  const close = () => {
    if (running) cancel.mutate()
    onClose()
  }
  return (
    <Modal open title="试算" width={1000} onCancel={close} footer={null} keyboard>
      <p>
        用过去的办件，按这里的设置和模板重算一遍：谁会收到短信、谁不会及原因、计费条数和费用。不发送任何短信，也不改动任何记录。
      </p>
      <div className="text-actions">
        <label>
          近{' '}
          <InputNumber
            aria-label="天数"
            min={1}
            max={92}
            precision={0}
            value={days}
            onChange={(value) => setDays(value ?? 30)}
          />{' '}
          天
        </label>
        <Button
          type="primary"
          autoFocus
          loading={running}
          onClick={() => start.mutate({ ...wanted, days })}
        >
          开始试算
        </Button>
        {answer?.state === 'running' && <Button onClick={() => cancel.mutate()}>取消</Button>}
      </div>
      {start.error && <Trouble error={start.error} />}
      {run.error && <Trouble error={run.error} retry={run.refetch} />}
      {answer?.state === 'running' && (
        <div role="status">
          <Progress
            percent={
              answer.toLookAt === 0 ? 0 : Math.floor((answer.lookedAt / answer.toLookAt) * 100)
            }
          />
          <p className="quiet">
            {answer.toLookAt === 0
              ? '正在清点办件…'
              : `已看 ${answer.lookedAt.toLocaleString('zh-CN')} 笔，共 ${answer.toLookAt.toLocaleString('zh-CN')} 笔`}
          </p>
        </div>
      )}
      {answer?.state === 'failed' && (
        <p className="bad">试算没有完成，请重试；仍不行请查看服务日志。</p>
      )}
      {answer?.state === 'cancelled' && <p className="quiet">已取消。</p>}
      {answer?.result && answer.real && <DryRunFigures result={answer.result} real={answer.real} />}
    </Modal>
  )
}
