import type { Behaviour } from '../../src/sandbox/gateway/delivery.ts'
import { between, pick, randomOf, type Random } from './random.ts'

/** The templates by which citizens are asked; nobody answers the others. */
const asks = new Set(['SMS_800000001', 'SMS_800000002', 'SMS_800000003', 'SMS_800000004'])

const answers: readonly (readonly string[])[] = [
  ['1'],
  ['1'],
  ['满意'],
  ['2'],
  ['3'],
  ['3'],
  ['不满意，态度很差'],
  // Those who change their minds: a later, better word cancels nothing, a later, worse one opens a callback.
  ['3', '1'],
  ['1', '不满意'],
  ['什么意思？'],
  ['TD'],
]
const dissatisfied = ['3', '不满意，态度很差', '不满意']
const undelivered = ['MOBILE_NOT_ON_SERVICE', 'MOBILE_IN_BLACK', 'NO_ROUTE']

/** The same number always behaves alike, so that the gateway and the accounts agree without speaking. */
export function citizenOf(phone: string): Required<Behaviour> {
  const random = randomOf(Number(phone.slice(2)))
  const receiptAfterMs = between(random, 5, 40) * 10
  if (random() < 0.06) return { receipt: pick(random, undelivered), receiptAfterMs, replies: [] }
  const replies = random() < 0.6 ? timed(random, pick(random, answers)) : []
  return { receipt: 'DELIVERED', receiptAfterMs, replies }
}

function timed(random: Random, texts: readonly string[]) {
  const firstMs = between(random, 20, 1_200)
  // The provider's times have whole seconds: of two texts within one, nobody can tell the first.
  return texts.map((text, index) => ({ text, afterMs: firstMs + index * 1_100 }))
}

export function behaviourOf(phone: string, templateCode: string): Behaviour {
  const citizen = citizenOf(phone)
  return asks.has(templateCode) ? citizen : { ...citizen, replies: [] }
}

/** Whether this citizen, once asked, must be phoned back. */
export function isDissatisfied(phone: string): boolean {
  return citizenOf(phone).replies.some(({ text }) => dissatisfied.includes(text))
}

/** Different runs meet different citizens. */
export function phoneOf(seed: number, index: number): string {
  return `139${String((seed * 1_000 + index) % 100_000_000).padStart(8, '0')}`
}
