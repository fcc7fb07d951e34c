import { appendFileSync, readFileSync, rmSync } from 'node:fs'
import { z } from 'zod'
import type { LedgerEntry } from './ledger.ts'

/** What the gateway must still know after it was killed: a provider does not forget what it took on. */
export interface Journal {
  /** What earlier runs took on, with what the carriers said of it. */
  entries: LedgerEntry[]
  accepted(entry: LedgerEntry): void
  reported(entry: LedgerEntry): void
  wipe(): void
}

const time = z.coerce.date()
const line = z.union([
  z.object({
    accepted: z.object({
      bizId: z.string(),
      outId: z.string().nullable(),
      phone: z.string(),
      signature: z.string(),
      templateCode: z.string(),
      params: z.record(z.string(), z.string()),
      content: z.string().nullable(),
      segments: z.number(),
      acceptedAt: time,
      times: z.number(),
    }),
  }),
  z.object({
    reported: z.object({ bizId: z.string(), phone: z.string(), code: z.string(), at: time }),
  }),
])

/** A file to which every line is appended before the call that made it is answered. */
export function openJournal(file: string): Journal {
  const write = (entry: object) =>
    appendFileSync(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 })
  return {
    entries: readEntries(file),
    accepted: (accepted) => write({ accepted }),
    reported: ({ bizId, phone, receipt }) => write({ reported: { bizId, phone, ...receipt } }),
    wipe: () => rmSync(file, { force: true }),
  }
}

function readEntries(file: string): LedgerEntry[] {
  const entries = new Map<string, LedgerEntry>()
  for (const text of readOrEmpty(file).split('\n')) {
    const parsed = line.safeParse(parseJson(text))
    // A line that was cut off by a kill tells of a call that was never answered.
    if (!parsed.success) continue
    if ('accepted' in parsed.data) {
      const { accepted } = parsed.data
      entries.set(`${accepted.bizId} ${accepted.phone}`, { ...accepted, receipt: null })
    } else {
      const { bizId, phone, code, at } = parsed.data.reported
      const entry = entries.get(`${bizId} ${phone}`)
      if (entry) entry.receipt = { code, at }
    }
  }
  return [...entries.values()]
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
