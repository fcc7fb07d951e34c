import type { Clock } from '../../foundation/clock.ts'
import type { SandboxTemplate } from './actions.ts'
import type { Behaviour, Reply } from './delivery.ts'
import type { FaultSettings } from './faults.ts'
import type { LedgerEntry } from './ledger.ts'
import type { FrequencyLimits } from './limits.ts'
import type { PushCounts, PushSettings } from './push.ts'
import type { ReviewSettings, ReviewVerdict } from './reviewer.ts'
import type { Credentials } from './signature.ts'

export interface Callbacks {
  smsUp?: string | null | undefined
  smsReport?: string | null | undefined
  /** Where the verdicts on templates are pushed. */
  templateReport?: string | null | undefined
}

export interface SandboxOptions {
  clock: Clock
  credentials: Credentials
  /** `127.0.0.1` when left out. */
  host?: string
  /** 0 or left out: any free one. */
  port?: number
  /** Where receipts and replies are pushed; can be set later. */
  callbacks?: Callbacks
  /** Queues from which receipts and replies are pulled, as well as being pushed where that is set. */
  queues?: { smsUp?: string; smsReport?: string }
  /** How long a message that was shown stays hidden; 30,000 when left out. */
  queueVisibilityMs?: number
  /** How long the key to a queue is good for; 600,000 when left out. */
  queueTokenLifeMs?: number
  /** Bearer token of `/sandbox/*`; open when left out. */
  controlToken?: string
  templates?: readonly SandboxTemplate[]
  /** Takes any template code that begins with `SMS_`. */
  openTemplates?: boolean
  /** Signatures that are approved; any when left out. */
  signatures?: readonly string[]
  limits?: Partial<FrequencyLimits>
  /** How templates are reviewed. */
  reviews?: Partial<ReviewSettings>
  pushes?: Partial<PushSettings>
  /** From acceptance to the carrier's receipt; 500 when left out. */
  receiptDelayMs?: number
  /** What becomes of a text; delivered and never answered when left out. */
  behaviour?: (phone: string, text: LedgerEntry) => Behaviour
  /** File that keeps the ledger across runs, as a provider would; in memory only when left out. */
  journal?: string
  /** For faults that strike only a share; 0 ≤ x < 1. */
  random?: () => number
}

export interface SandboxGateway {
  /** `http://host:port` */
  url: string
  /** `host:port`, as the SDK wants it. */
  endpoint: string
  port: number
  /** Everything accepted so far, in order. */
  ledger(): readonly LedgerEntry[]
  /** Replaces all faults; `{}` switches them off. */
  setFaults(settings: FaultSettings): void
  setCallbacks(callbacks: Callbacks): void
  addTemplates(templates: readonly SandboxTemplate[]): void
  /** The reviewers decide about a template now, or take back what they decided. */
  review(verdict: ReviewVerdict): void
  /** What was handed in for review, oldest first. */
  reviewed(): readonly { code: string; name: string; status: string }[]
  /** A citizen texts. */
  reply(reply: Reply): void
  /** Pushes the receipts and replies of all that the ledger holds once more: after a kill nobody knows which arrived. */
  resume(): void
  /** How the pushes of either kind fare, and what is still under way. */
  state(): {
    accepted: number
    /** Of these, texts that their citizen had got before. */
    repeated: number
    pending: number
    smsReport: PushCounts
    smsUp: PushCounts
  }
  /** Forgets ledger, limits, faults and everything under way; keeps templates and callbacks. */
  reset(): void
  /** Resolves once every receipt, reply and push is settled (acknowledged or given up). */
  idle(): Promise<void>
  close(): Promise<void>
}
