import type { App } from '../../app.ts'
import { createStaffKey } from '../../staff/keys.ts'
import { hashPassword } from '../../staff/password.ts'
import { createStaff, type StaffRole } from '../../staff/staff.ts'
import { findForSignIn, savePassword } from '../../staff/store.ts'

const centre = '320300MY0000'

/** Who works at the demo's centre: one of each role, all with the same password. */
export const demoLogins: readonly { name: string; role: StaffRole; unitCode: string }[] = [
  { name: '演示回访员', role: 'agent', unitCode: centre },
  { name: '演示督办员', role: 'supervisor', unitCode: centre },
  { name: '演示承办人', role: 'handler', unitCode: '320301010000' },
  { name: '演示管理员', role: 'administrator', unitCode: centre },
  { name: '演示审计员', role: 'auditor', unitCode: centre },
]
export const demoPassword = 'huifang-demo'

/** Makes the people of the demo, unless an earlier run did; returns a key of the agent for the simulated calls. */
export async function demoStaff(app: App): Promise<string> {
  const hash = await hashPassword(demoPassword)
  for (const person of demoLogins) {
    if (await findForSignIn(app.db, { name: person.name })) continue
    const { id } = await createStaff(app, 'demo', person)
    await savePassword(app.db, { staffId: id, hash, mustChange: false })
  }
  const agent = await findForSignIn(app.db, { name: demoLogins[0]!.name })
  return createStaffKey(app, agent!.staff.id)
}
