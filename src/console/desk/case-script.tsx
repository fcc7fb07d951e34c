import type { ScriptStep } from '../../callback/schema/case.ts'

/** What to say, with the facts filled in, and what to mind. */
export function CaseScript({ steps }: { steps: readonly ScriptStep[] }) {
  return (
    <section className="sheet" aria-label="通话脚本">
      <h2>怎么说</h2>
      {steps.map(({ title, say, mind }, index) => (
        <div className="step" key={title}>
          <h3>
            <span className="n">{index + 1}</span>
            {title}
          </h3>
          <ul>
            {mind.map((line) => (
              <li className="mind" key={line}>
                {line}
              </li>
            ))}
            {say.map((line) => (
              <li className="say" key={line}>
                {line}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  )
}
