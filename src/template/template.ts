import type { OptionScale } from '../foundation/rating.ts'

export const purposes = ['ask', 'reminder', 'thanks', 'announce', 'unreachable', 'closing'] as const
/** What a text to a citizen is for. */
export type Purpose = (typeof purposes)[number]
/** `duty` goes to the phones of those on duty, never to a citizen. */
export const templatePurposes = [...purposes, 'duty'] as const
export type TemplatePurpose = (typeof templatePurposes)[number]

/** How the provider bills and reviews a text: a notice, or promotion, which must offer an opt-out. */
export const templateTypes = ['notice', 'promo'] as const
export type TemplateType = (typeof templateTypes)[number]

export interface TemplateVersion {
  id: string
  key: string
  version: number
  purpose: TemplatePurpose
  /** Null: for every business that has no template of its own. */
  business: string | null
  signature: string
  /** The provider's code of the approved text, such as `SMS_154950909`. */
  providerCode: string
  body: string
  /** What the option figures of this text mean; null where nothing is asked. */
  scale: OptionScale | null
}

/** A text as a file holds it; without the provider's code it is a draft. */
export interface TemplateFile extends Omit<TemplateVersion, 'id' | 'version' | 'providerCode'> {
  type: TemplateType
  providerCode: string | null
}

export interface Templates {
  /**
   * The active template of a purpose for a business, or for none in particular; null when there is none. Where
   * several share the traffic, the one of this citizen.
   */
  active(
    purpose: TemplatePurpose,
    business: string | null,
    phoneHash: Buffer | null,
  ): Promise<TemplateVersion | null>
  /** Any version that was ever used: replies are read with the scale of the text that was really sent. */
  byId(id: string): Promise<TemplateVersion | null>
}

/** The text as the citizen reads it: signature in front, variables filled. */
export function renderTemplate(
  template: Pick<TemplateVersion, 'signature' | 'body'>,
  params: Readonly<Record<string, string>>,
): string {
  return `【${template.signature}】${fillTemplate(template, params)}`
}

/** The same without its signature. */
export function fillTemplate(
  { body }: Pick<TemplateVersion, 'body'>,
  params: Readonly<Record<string, string>>,
): string {
  return body.replace(/\$\{(\w+)\}/g, (_, name: string) => params[name] ?? '')
}
