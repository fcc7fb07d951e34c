import type { TemplateType } from './template.ts'

/** A text that the provider is asked to review. */
export interface ReviewRequest {
  /** How it is found again when an answer was lost; at most 30 characters. */
  name: string
  type: TemplateType
  signature: string
  body: string
  /** The provider's type of each variable, by name. */
  variableTypes: Readonly<Record<string, string>>
  remark: string
}

/**
 * Why nothing came of a call. `retry`: again after a while. `quota`: as many as may be were handed in today.
 * `permanent`: this text is not taken. `configuration`: a person must mend the account. `unknown`: it may have
 * been done.
 */
export interface ReviewFailure {
  outcome: 'failed'
  class: 'retry' | 'quota' | 'permanent' | 'configuration' | 'unknown'
  code: string
  /** In words for the administrator, from our own table. */
  meaning: string
}

export type ReviewStatus = 'reviewing' | 'approved' | 'refused' | 'withdrawn'

export type LookResult =
  | { outcome: 'found'; status: ReviewStatus; reason: string | null }
  | { outcome: 'gone' }

/** The port to the provider's reviewers. Every call resolves, within the deadline of the settings. */
export interface TemplateReview {
  /** Hands in a new text. */
  create(request: ReviewRequest): Promise<{ outcome: 'taken'; code: string } | ReviewFailure>
  /** Hands in a refused text again, mended. */
  update(
    code: string,
    request: ReviewRequest,
  ): Promise<{ outcome: 'taken'; code: string } | ReviewFailure>
  look(code: string): Promise<LookResult | ReviewFailure>
  /** The code of what was handed in under this name; null when the provider has none. */
  find(name: string): Promise<{ outcome: 'listed'; code: string | null } | ReviewFailure>
  /** For ever. One that is not there any more counts as deleted. */
  remove(code: string): Promise<{ outcome: 'removed' } | ReviewFailure>
}
