import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { dateAt, inBusinessZone } from '../../foundation/clock.ts'
import type { Behaviour } from '../gateway/delivery.ts'

const here = (name: string) => new URL(name, import.meta.url)

async function readLines<Row>(name: string): Promise<Row[]> {
  const text = await readFile(here(name), 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
}

/** The sample transactions as a source would push them at `now`, and the files of units and officers. */
export async function readSample(
  now: Date,
): Promise<{ units: string; officers: string; transactions: object[] }> {
  const rows = await readLines<{ minutesAgo: number }>('transactions.ndjson')
  return {
    units: fileURLToPath(here('units.csv')),
    officers: fileURLToPath(here('officers.csv')),
    transactions: rows.map(({ minutesAgo, ...row }) => ({
      ...row,
      completedAt: inBusinessZone(dateAt(now.getTime() - minutesAgo * 60_000)).toISO(),
    })),
  }
}

export interface Citizens {
  /** What they do when a text of the ask reaches them; they answer no other text. */
  behaviour: (phone: string, text: { templateCode: string }) => Behaviour
  /** What those text who answer only when their survey has expired, by number. */
  latecomers: ReadonlyMap<string, string>
}

/** The sample's citizens. */
export async function readCitizens(): Promise<Citizens> {
  const citizens = await readLines<Behaviour & { phone: string; late?: string }>('citizens.ndjson')
  const byPhone = new Map(citizens.map(({ phone, ...behaviour }) => [phone, behaviour]))
  const asks = /^SMS_80000000[1-4]$/
  return {
    behaviour: (phone, text) => (asks.test(text.templateCode) ? (byPhone.get(phone) ?? {}) : {}),
    latecomers: new Map(citizens.flatMap(({ phone, late }) => (late ? [[phone, late]] : []))),
  }
}
