import { dateAt } from '../foundation/clock.ts'

const zoneOffsetMs = 8 * 3_600_000

// The form of today's pages, and the one of the older ones.
const timeForms = [
  /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/,
  /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/,
]

/** `yyyy-MM-dd HH:mm:ss` or `yyyyMMddHHmmss`, both UTC+8 as the provider writes them; null for anything else. */
export function parseProviderTime(text: string): Date | null {
  for (const form of timeForms) {
    const parts = form.exec(text.trim())
    if (!parts) continue
    const [year, month, day, hour, minute, second] = parts.slice(1).map(Number)
    const epochMs = Date.UTC(year!, month! - 1, day, hour, minute, second) - zoneOffsetMs
    // A month 13 or a 30 February would roll over silently.
    const instant = dateAt(epochMs)
    return formatProviderTime(instant).replace(/\D/g, '') === parts.slice(1).join('')
      ? instant
      : null
  }
  return null
}

/** `yyyy-MM-dd HH:mm:ss` in UTC+8. */
export function formatProviderTime(instant: Date): string {
  return dateAt(instant.getTime() + zoneOffsetMs)
    .toISOString()
    .slice(0, 19)
    .replace('T', ' ')
}
