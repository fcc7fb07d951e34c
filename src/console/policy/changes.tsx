import type { PolicyChange } from '../../policy/changes.ts'
import type { PolicyFault } from '../../policy/faults.ts'
import { labelOf, say } from './fields.ts'

/** What would change against what is in force, and what stands in the way. */
export function Changes({
  check,
}: {
  check: { faults: PolicyFault[]; changes: PolicyChange[] } | null
}) {
  return (
    <section className="sheet" aria-label="改动" aria-live="polite" aria-busy={check === null}>
      <h2>
        改动{' '}
        <span className="quiet">{check === null ? '正在核对…' : `${check.changes.length} 处`}</span>
      </h2>
      {check?.faults.map(({ field, reason }) => (
        <p key={`${field} ${reason}`} className="bad">
          {labelOf(field)}：{reason}
        </p>
      ))}
      {check?.changes.length === 0 && <p className="quiet">与现行策略相同</p>}
      {check && check.changes.length > 0 && <ChangeList changes={check.changes} />}
    </section>
  )
}

export function ChangeList({ changes }: { changes: readonly PolicyChange[] }) {
  return (
    <ul className="changes">
      {changes.map(({ field, before, after }) => (
        <li key={field}>
          <b>{labelOf(field)}</b>
          <br />
          <span className="quiet">{say(field, before)}</span> → {say(field, after)}
        </li>
      ))}
    </ul>
  )
}
