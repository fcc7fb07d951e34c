import { secondOf } from '../foundation/clock.ts'
import type { Saving } from './use-draft.ts'

/** Whether what was typed is kept. */
export function SavedMark({ saving }: { saving: Saving }) {
  const words = () => {
    switch (saving.at) {
      case 'clean':
        return '填写后自动保存'
      case 'saving':
        return '正在保存…'
      case 'saved':
        return `已自动保存 ${secondOf(saving.savedAt)}`
      case 'failed':
        return `未能保存，正在重试：${saving.message}`
      case 'newer':
        return '请选择保留哪一份'
      case 'over':
        return saving.message
    }
  }
  return (
    <span
      className={`saved${saving.at === 'failed' || saving.at === 'over' ? ' bad' : ''}`}
      role="status"
    >
      {words()}
    </span>
  )
}
