import type { DutyText, DutyTextResult } from '../alarm/ladder.ts'
import type { Templates } from '../template/template.ts'
import type { SmsGateway } from './gateway.ts'

/**
 * Texts one of the phones on duty. Past pauses and pace: what these hold back can wait, somebody in danger
 * cannot.
 */
export async function sendDutyText(
  deps: { gateway: SmsGateway; templates: Templates },
  phones: readonly string[],
  { id, alarmId, recipient, rung, waitedMinutes }: DutyText,
): Promise<DutyTextResult> {
  const template = await deps.templates.active('duty', null, null)
  if (!template) return { state: 'rejected', code: 'no_template' }
  const result = await deps.gateway.send({
    outId: id,
    templateCode: template.providerCode,
    texts: [
      {
        messageId: id,
        phone: phones[recipient - 1]!,
        signature: template.signature,
        templateParams: {
          // Tells apart two alarms of one minute.
          ref: alarmId.slice(-6),
          minutes: String(waitedMinutes),
          count: String(rung),
        },
      },
    ],
  })
  if (result.outcome === 'accepted') return { state: 'accepted', code: null }
  if (result.outcome === 'rejected') return { state: 'rejected', code: result.refusal.code }
  return { state: 'unknown', code: result.code ?? null }
}
