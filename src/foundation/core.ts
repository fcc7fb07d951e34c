import type { Clock } from './clock.ts'
import type { Database } from './database.ts'
import type { Id } from './ids.ts'
import type { Log } from './log.ts'

/** What names a citizen goes in and out through here, and nowhere else (law 10). */
export interface Vault {
  /** AES-256-GCM; `context` is bound to the cipher text, so that a sealed name cannot be passed off as a number. */
  seal(text: string, context: SealContext): Buffer
  open(sealed: Buffer, context: SealContext): string
  /** The same for what is no text. */
  sealBytes(bytes: Buffer, context: SealContext): Buffer
  openBytes(sealed: Buffer, context: SealContext): Buffer
  /** HMAC-SHA-256 under the key that never rotates: how a number is found again. */
  hashPhone(phone: string): Buffer
  /** HMAC-SHA-256 under a key of its own that never rotates: proves that a text was written by us. */
  stamp(text: string): Buffer
  /** HMAC-SHA-256 of a name, under the same key: whether two transactions name the same person. */
  hashPerson(name: string): Buffer
}
export type SealContext =
  | 'phone'
  | 'name'
  | 'text'
  | 'note'
  | 'body'
  | 'row'
  | 'errand'
  | 'recording'

/** What nearly every verb needs. Verbs take the part of it that they use. */
export interface Core {
  db: Database
  log: Log
  clock: Clock
  newId: () => Id
  vault: Vault
}
