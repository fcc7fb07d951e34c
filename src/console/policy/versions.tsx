import { useQuery } from '@tanstack/react-query'
import { Button, Drawer } from 'antd'
import { useState } from 'react'
import type { PolicyChange } from '../../policy/changes.ts'
import { get } from '../foundation/api.ts'
import { nowMs, sayInstant } from '../foundation/clock.ts'
import { Loaded, Nothing } from '../foundation/parts.tsx'
import { ChangeList } from './changes.tsx'
import type { Policies } from './use-policies.ts'

type Version = Policies['versions'][number]

function standing({ version, withdrawnAt, inForceAt }: Version, inForce: number | null): string {
  if (version === inForce) return '现行'
  if (withdrawnAt) return '已撤回'
  return Date.parse(inForceAt) > nowMs() ? '待生效' : '已被取代'
}

/** All versions, newest first: when, why, and on demand what each changed. */
export function PolicyVersions({ known, onRollback }: { known: Policies; onRollback: () => void }) {
  const [shown, setShown] = useState<number | null>(null)
  const { versions, inForce, planned } = known
  return (
    <section className="sheet" aria-label="历次版本">
      <h2>历次版本</h2>
      {versions.length === 0 ? (
        <Nothing says="还没有启用过策略，现用程序自带的设置" />
      ) : (
        <>
          <Button disabled={planned !== null} onClick={onRollback}>
            回退到上一版…
          </Button>
          <ul className="changes">
            {versions.map((version) => (
              <li key={version.version}>
                <b>第 {version.version} 版</b>{' '}
                <span className="pill">{standing(version, inForce.version)}</span>
                <br />
                {version.why}
                <br />
                <span className="quiet">{sayInstant(version.inForceAt)} 起</span>{' '}
                <button
                  type="button"
                  className="link"
                  aria-label={`看改动：第 ${version.version} 版`}
                  onClick={() => setShown(version.version)}
                >
                  看改动
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {shown !== null && <VersionDrawer version={shown} onClose={() => setShown(null)} />}
    </section>
  )
}

function VersionDrawer({ version, onClose }: { version: number; onClose: () => void }) {
  const query = useQuery({
    queryKey: ['policies', version],
    queryFn: () => get<{ changes: PolicyChange[] }>(`/api/v1/policies/${version}`),
    staleTime: Infinity,
  })
  return (
    <Drawer open title={`第 ${version} 版的改动`} onClose={onClose}>
      <Loaded query={query}>
        {({ changes }) =>
          changes.length === 0 ? <Nothing says="与前一版相同" /> : <ChangeList changes={changes} />
        }
      </Loaded>
    </Drawer>
  )
}
