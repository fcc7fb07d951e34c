import { createHmac, type KeyObject } from 'node:crypto'

/** Mobiles can be texted; everything else that can be dialled is `landline`, short numbers too. */
export type PhoneKind = 'mobile' | 'landline'

export type PhoneResult =
  | { ok: true; phone: string; kind: PhoneKind }
  | { ok: false; reason: PhoneFault }

/** `characters`: holds what no number holds; `format`: digits, but no number of the mainland. */
export type PhoneFault = 'empty' | 'characters' | 'format'

// Virtual operators (162, 165, 167, 170, 171) and the later ranges (19x) are mobiles like any other.
const mobile = /^1[3-9]\d{9}$/

// 010 and 02x have three digits of area code, the others four; subscribers have seven or eight.
const withArea = /^0(?:10|2\d|[3-9]\d\d)[2-9]\d{6,7}$/

const withoutArea = [
  /^[48]00\d{7}$/, // paid by the one who is called, or shared
  /^[2-9]\d{6,7}$/, // of the same city
  /^1[12]\d{1,4}$/, // 110, 12345, 12389
  /^9\d{4,5}$/, // 95588, 955xxx, 96xxx
  /^100\d{2}$/, // 10086
]

/**
 * Reads a mainland number as people and systems write it: full-width digits, +86, 0086 or 86 before
 * it, spaces, dashes, dots and brackets in it. `phone` is digits only, without the country's 86,
 * with the area code if it was there: the same number always gives the same digits.
 */
export function normalisePhone(raw: string): PhoneResult {
  // Some keyboards put invisible marks around numbers that are copied from an address book.
  const text = raw.normalize('NFKC').replace(/[\p{Cf}\s]/gu, '')
  if (text === '') return { ok: false, reason: 'empty' }
  const bare = text.replace(/[-‐‑‒–—―−.·()[\]]/g, '')
  const digits = bare.replace(/^(?:\+86|0086)/, '')
  if (!/^\d+$/.test(digits)) return { ok: false, reason: 'characters' }

  const national = bare !== digits
  const phone = withoutCountry(digits, national)
  if (phone === null) return { ok: false, reason: 'format' }
  return { ok: true, phone, kind: mobile.test(phone) ? 'mobile' : 'landline' }
}

function withoutCountry(digits: string, national: boolean): string | null {
  if (isNumber(digits)) return digits
  // Behind +86 the area code has lost its zero; a 0 before a mobile is the long-distance prefix.
  if (national && withArea.test(`0${digits}`)) return `0${digits}`
  if (/^01[3-9]\d{9}$/.test(digits)) return digits.slice(1)
  if (!national && digits.startsWith('86')) return withoutCountry(digits.slice(2), true)
  return null
}

function isNumber(digits: string): boolean {
  return mobile.test(digits) || withArea.test(digits) || withoutArea.some((p) => p.test(digits))
}

/** `138****5678`; of a landline the area code and the last two digits stay, of a short number the first digit. Takes normalised digits. */
export function maskPhone(phone: string): string {
  if (mobile.test(phone)) return `${phone.slice(0, 3)}****${phone.slice(7)}`
  const shown = withArea.test(phone) ? (/^0(?:10|2\d)/.test(phone) ? 3 : 4) : 1
  const tail = phone.length > 6 ? 2 : 0
  return (
    phone.slice(0, shown) +
    '*'.repeat(Math.max(phone.length - shown - tail, 1)) +
    phone.slice(phone.length - tail)
  )
}

/**
 * The 32 bytes by which a normalised number is found: HMAC-SHA-256 under the key that never rotates.
 * Numbers are few enough to be tried out, so without the key's secrecy this hides nothing: the hash
 * is personal data too.
 */
export function phoneHash(key: KeyObject | Buffer, phone: string): Buffer {
  return createHmac('sha256', key).update(phone).digest()
}
