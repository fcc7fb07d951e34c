/** Why a number is not texted. */
export type BlockKind = 'opt_out' | 'provider_block' | 'wrong_person' | 'staff_number' | 'excluded'

/** Kinds that people keep: opt-outs told to them, numbers of the staff, and whatever else is not to be texted. */
export const keptKinds = ['opt_out', 'staff_number', 'excluded'] as const
export type KeptKind = (typeof keptKinds)[number]

/** Kinds that people may lift; that the provider will not text a number is not for us to say. */
export const liftableKinds = [...keptKinds, 'wrong_person'] as const
export type LiftableKind = (typeof liftableKinds)[number]

/** Numbers that one list may hold. */
export const listedAtMost = 20_000
