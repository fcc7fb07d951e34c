import { isUrgent } from '../reply/urgent.ts'
import { parseSmsUp } from '../sms/push-payload.ts'

/** Whether a raw push holds a reply that cannot wait for the queue. */
export function holdsUrgent(body: string): boolean {
  const push = parseSmsUp(body, () => '')
  return push.kind === 'items' && push.items.some(({ value }) => isUrgent(value.content))
}
