import type { ReplyReason } from '../../reply/verdict.ts'
import { reasonWords } from '../words.ts'
import type { Content } from './use-draft.ts'

/** Why the citizen is not satisfied; any number of reasons. */
export function Reasons({
  value,
  onChange,
}: {
  value: Content['reasons']
  onChange: (value: Content['reasons']) => void
}) {
  return (
    <div>
      <div className="field-label" id="reasons-label">
        不满意的原因 <span className="soft">可多选</span>
      </div>
      <div className="choices" role="group" aria-labelledby="reasons-label">
        {(Object.entries(reasonWords) as [ReplyReason, string][]).map(([reason, label]) => (
          <button
            key={reason}
            type="button"
            className="choice"
            aria-pressed={value.includes(reason)}
            onClick={() =>
              onChange(
                value.includes(reason)
                  ? value.filter((each) => each !== reason)
                  : [...value, reason],
              )
            }
          >
            {label}
          </button>
        ))}
      </div>
    </div>
  )
}
