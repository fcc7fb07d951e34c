import { createStaffKey } from '../staff/keys.ts'
import { asRole, changeStaff, createStaff, issueOneTimePassword } from '../staff/staff.ts'
import { listStaff } from '../staff/store.ts'
import { unitReader } from '../unit/store.ts'
import { say, sayAll, withCore } from './with-core.ts'

export interface StaffOptions {
  role: string
  unit: string
  scope?: string
  key?: true
}

const tell = (password: string) => {
  process.stderr.write(
    'One-time password, shown this once; it must be changed at the first sign-in:\n',
  )
  say(password)
}

/** `huifang staff create`: prints a one-time password, or with `--key` a key for the API, and nothing else on stdout. */
export const staffCreate = (name: string, options: StaffOptions) =>
  withCore(async (core) => {
    const deps = { ...core, units: unitReader(core) }
    const person = {
      name,
      role: asRole(options.role),
      unitCode: options.unit,
      scopeCode: options.scope,
    }
    const staff = await createStaff(deps, 'operator', person)
    if (options.key) say(await createStaffKey(core, staff.id))
    else tell(await issueOneTimePassword(core, 'operator', staff))
  })

export const staffChange = (name: string, options: Partial<Omit<StaffOptions, 'key'>>) =>
  withCore(async (core) => {
    const deps = { ...core, units: unitReader(core) }
    const { role, unit: unitCode, scope: scopeCode } = options
    const change = {
      ...(role === undefined ? {} : { role: asRole(role) }),
      ...(unitCode === undefined ? {} : { unitCode }),
      ...(scopeCode === undefined ? {} : { scopeCode }),
    }
    sayAll([await changeStaff(deps, 'operator', { name }, change)])
  })

export const staffList = () => withCore(async (core) => sayAll(await listStaff(core.db, null)))

export const staffActive = (name: string, active: boolean) =>
  withCore(async (core) => {
    await changeStaff({ ...core, units: unitReader(core) }, 'operator', { name }, { active })
    say(
      active
        ? `${name} may sign in again`
        : `${name} can no longer sign in; sessions and keys ended`,
    )
  })

export const staffResetPassword = (name: string) =>
  withCore(async (core) => tell(await issueOneTimePassword(core, 'operator', { name })))
