import type { App } from '../../app.ts'
import type { SandboxGateway } from '../gateway/gateway.ts'

/**
 * The citizens who answer when nobody waits for it any more. They look at the survey, not at a watch: a
 * slow machine makes nobody late, and a quick one nobody punctual. Returns a step that lets those reply
 * whose time has come.
 */
export function simulatedLatecomers(
  app: App,
  gateway: Pick<SandboxGateway, 'reply'>,
  texts: ReadonlyMap<string, string>,
): () => Promise<void> {
  const waiting = new Map(
    [...texts].map(([phone, text]) => [
      app.vault.hashPhone(phone).toString('hex'),
      { phone, text },
    ]),
  )
  return async () => {
    const expired = await app.db
      .selectFrom('survey')
      .select('phoneHash')
      .where('state', '=', 'expired')
      .execute()
    for (const { phoneHash } of expired) {
      const hash = phoneHash.toString('hex')
      const late = waiting.get(hash)
      if (late) gateway.reply(late)
      waiting.delete(hash)
    }
  }
}
