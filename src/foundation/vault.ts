import { createHmac, createSecretKey, hkdfSync } from 'node:crypto'
import type { Vault } from './core.ts'
import { personHash } from './person.ts'
import { phoneHash } from './phone.ts'
import { sealer, type SealingKey } from './secrets.ts'

/** The vault over the configured keys. */
export function openVault(dataKeys: readonly SealingKey[], phoneHashKey: Buffer): Vault {
  const safe = sealer({ keys: dataKeys })
  const stampKey = createSecretKey(
    Buffer.from(hkdfSync('sha256', phoneHashKey, '', 'huifang stamp', 32)),
  )
  const hashKey = createSecretKey(phoneHashKey)
  return {
    seal: (text, context) => safe.seal(text, context),
    // What was erased is empty, and opens as nothing.
    open: (sealed, context) => (sealed.length === 0 ? '' : safe.open(sealed, context)),
    sealBytes: (bytes, context) => safe.sealBytes(bytes, context),
    openBytes: (sealed, context) => safe.openBytes(sealed, context),
    hashPhone: (phone) => phoneHash(hashKey, phone),
    stamp: (text) => createHmac('sha256', stampKey).update(text).digest(),
    hashPerson: (name) => personHash(hashKey, name),
  }
}
