import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto'
import { AppError } from './errors.ts'
import { takeRandom } from './random.ts'

/** A key of 32 bytes; its id (1 to 32 characters of ASCII) stands in every cipher text made with it. */
export interface SealingKey {
  id: string
  key: Buffer
}

export interface Sealer {
  /** `context` says what is sealed (table, column and row, say): a cipher text opens nowhere else. */
  seal(text: string, context: string): Buffer
  /** Throws `secret.unknown_key`, or `secret.damaged` for a changed cipher text and for another context. */
  open(sealed: Buffer, context: string): string
  /** The same for what is no text. */
  sealBytes(bytes: Buffer, context: string): Buffer
  openBytes(sealed: Buffer, context: string): Buffer
}

// version (1 byte) | length of the key id (1) | key id | nonce (12) | cipher text | tag (16)
const version = 1
const nonceLength = 12
const tagLength = 16

/**
 * Seals texts by AES-256-GCM. The first key seals; all of them open. To rotate, put a new key first
 * and keep the old ones until nothing is sealed by them any more. With random nonces one key is good
 * for 2^32 texts.
 */
export function sealer({ keys }: { keys: readonly SealingKey[] }): Sealer {
  for (const { id, key } of keys) {
    if (key.length !== 32) throw new TypeError(`the key ${id} must have 32 bytes`)
    if (!/^[\x21-\x7e]{1,32}$/.test(id))
      throw new TypeError('a key id has 1 to 32 ASCII characters')
  }
  const [current] = keys
  if (current === undefined) throw new TypeError('there must be a key')
  // Made once: a raw key would be made into one at every call, which takes longer than the cipher itself.
  const byId = new Map(keys.map(({ id, key }) => [id, createSecretKey(key)]))
  if (byId.size < keys.length) throw new TypeError('two keys have the same id')
  const header = Buffer.concat([Buffer.from([version, current.id.length]), Buffer.from(current.id)])

  const safe: Sealer = {
    seal: (text, context) => safe.sealBytes(Buffer.from(text), context),
    open: (sealed, context) => safe.openBytes(sealed, context).toString('utf8'),

    sealBytes(bytes, context) {
      const nonce = takeRandom(nonceLength)
      const cipher = createCipheriv('aes-256-gcm', byId.get(current.id)!, nonce)
      cipher.setAAD(authenticated(header, context))
      const body = [cipher.update(bytes), cipher.final()]
      return Buffer.concat([header, nonce, ...body, cipher.getAuthTag()])
    },

    openBytes(sealed, context) {
      const headerEnd = 2 + (sealed[1] ?? 0)
      if (sealed[0] !== version || sealed.length < headerEnd + nonceLength + tagLength) {
        throw new AppError('secret.damaged')
      }
      const keyId = sealed.toString('latin1', 2, headerEnd)
      const key = byId.get(keyId)
      if (key === undefined) {
        // A damaged id is no id: it must not carry its bytes into a message.
        if (!/^[\x21-\x7e]{1,32}$/.test(keyId)) throw new AppError('secret.damaged')
        throw new AppError('secret.unknown_key', { keyId })
      }
      const bodyAt = headerEnd + nonceLength
      const tagAt = sealed.length - tagLength
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(headerEnd, bodyAt), {
        authTagLength: tagLength,
      })
      decipher.setAAD(authenticated(sealed.subarray(0, headerEnd), context))
      decipher.setAuthTag(sealed.subarray(tagAt))
      try {
        return Buffer.concat([decipher.update(sealed.subarray(bodyAt, tagAt)), decipher.final()])
      } catch {
        throw new AppError('secret.damaged')
      }
    },
  }
  return safe
}

// The header's length is in the header itself, so that no other pair reads the same.
function authenticated(header: Buffer, context: string): Buffer {
  return Buffer.concat([header, Buffer.from(context)])
}
