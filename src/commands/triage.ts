import { exportSample } from '../evaluation/labelled-sample.ts'
import { parseZonedIso } from '../foundation/clock.ts'
import { AppError } from '../foundation/errors.ts'
import { operator } from './operator.ts'
import { sayAll, withCore } from './with-core.ts'

/** `huifang triage export`: replies that people judged, as NDJSON that `classify --score` reads. */
export const triageExport = ({ since, limit }: { since?: string; limit: number }) =>
  withCore(async (core) => {
    const from = since === undefined ? null : parseZonedIso(since)
    if (since !== undefined && from === null) {
      throw new AppError('request.invalid', {
        field: '--since',
        reason: '须为带时区的时间，例如 2026-11-01T00:00:00+08:00',
      })
    }
    sayAll(await exportSample(core, operator(), { since: from, limit }))
  })
