import { createHmac, type KeyObject } from 'node:crypto'

/**
 * The 32 bytes by which a name is compared: HMAC-SHA-256, told apart from the hashes of numbers under the
 * same key. Width, spaces and the dot inside a name (阿卜杜拉·买买提) are written in many ways and left out.
 */
export function personHash(key: KeyObject | Buffer, name: string): Buffer {
  const plain = name.normalize('NFKC').replace(/[\p{Cf}\s·•・.．]/gu, '')
  return createHmac('sha256', key).update(`person\n${plain}`).digest()
}
