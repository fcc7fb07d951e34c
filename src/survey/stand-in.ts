import type { Core } from '../foundation/core.ts'
import { anyOf, type Tx } from '../foundation/database.ts'
import { liftTemplatePause, moveQueued, pauseTemplate } from '../sms/stand-in.ts'
import type { TemplateVersion } from '../template/template.ts'

/**
 * Stops texts of a version that the provider withdrew. Those that did not go out yet get the words of the other
 * version, where there is one with the same signature: a citizen's place is taken per signature.
 */
export async function stopTexts(
  deps: Pick<Core, 'clock'>,
  tx: Tx,
  version: Pick<TemplateVersion, 'id' | 'signature'>,
  standIn: Pick<TemplateVersion, 'id' | 'signature'> | null,
): Promise<void> {
  await pauseTemplate(tx, version.id)
  if (standIn?.signature !== version.signature) return
  const moved = await moveQueued(deps, tx, version.id, standIn.id)
  const asked = moved.filter(({ purpose }) => purpose === 'ask').map(({ caseId }) => caseId)
  if (asked.length === 0) return
  await tx
    .updateTable('survey')
    .set({ templateVersionId: standIn.id })
    .where('id', '=', anyOf(asked))
    .where('state', '=', 'scheduled')
    .execute()
}

/** Lets texts of a version go again. */
export async function releaseTexts(tx: Tx, version: Pick<TemplateVersion, 'id'>): Promise<void> {
  await liftTemplatePause(tx, version.id)
}
