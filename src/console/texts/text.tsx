import { Button } from 'antd'
import { useState } from 'react'
import { useParams } from 'wouter'
import { templateStateWords } from '../../template/states.ts'
import { sayInstant } from '../foundation/clock.ts'
import { useGo } from '../foundation/leaving.tsx'
import { Loaded, Nothing } from '../foundation/parts.tsx'
import { ComparisonTable } from './comparison.tsx'
import { Editor } from './editor.tsx'
import { TrafficPlan } from './traffic-plan.tsx'
import { useTexts, type Version } from './use-texts.ts'
import { businessName, purposeWords, purposesThatAsk, stateTone } from './words.ts'

/** One text: its versions, the chosen one to read or write, and which of them citizens get. */
export default function Text() {
  const { key } = useParams<{ key: string }>()
  const name = decodeURIComponent(key)
  const texts = useTexts()
  const go = useGo()
  const [chosen, setChosen] = useState<string | null>(null)
  return (
    <div className="inner">
      <Loaded query={texts}>
        {({ versions: all }) => {
          const versions = all.filter((version) => version.key === name)
          const version = versions.find(({ id }) => id === chosen) ?? versions[0]
          if (!version) {
            return (
              <Nothing says="没有这个模板">
                <Button onClick={() => void go('/texts')}>回到模板列表</Button>
              </Nothing>
            )
          }
          const { purpose, business } = version
          return (
            <>
              <div className="title-row">
                <h1>{name}</h1>
                <span className="pill">{purposeWords[purpose]}</span>
                <span className="pill">{businessName(business)}</span>
                <Button onClick={() => void go('/texts')}>模板列表</Button>
              </div>
              <div className="text-columns">
                <VersionList versions={versions} chosen={version.id} onChoose={setChosen} />
                <Editor key={version.id} version={version} all={all} onNew={setChosen} />
              </div>
              <TrafficPlan slot={{ purpose, business }} all={all} />
              {purposesThatAsk.includes(purpose) && (
                <ComparisonTable slot={{ purpose, business }} />
              )}
            </>
          )
        }}
      </Loaded>
    </div>
  )
}

function VersionList({
  versions,
  chosen,
  onChoose,
}: {
  versions: Version[]
  chosen: string
  onChoose: (id: string) => void
}) {
  return (
    <nav className="sheet versions" aria-label="版本">
      {versions.map(({ id, version, state, changedAt }) => (
        <button
          key={id}
          type="button"
          aria-current={id === chosen ? 'true' : undefined}
          onClick={() => onChoose(id)}
        >
          <b>第 {version} 版</b>{' '}
          <span className={`pill ${stateTone[state]}`}>{templateStateWords[state]}</span>
          <br />
          <span className="quiet">{sayInstant(changedAt)}</span>
        </button>
      ))}
    </nav>
  )
}
