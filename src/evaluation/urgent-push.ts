import { parseSmsUp } from '../sms/push-payload.ts'
import type { Reader } from '../reply/understand.ts'

/** Whether a raw push holds a reply that cannot wait for the queue. */
export function holdsUrgent(reader: Reader, body: string): boolean {
  const push = parseSmsUp(body, () => '')
  return push.kind === 'items' && push.items.some(({ value }) => reader.isUrgent(value.content))
}
