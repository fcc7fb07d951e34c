/** The five levels of 好差评, best first (domain words: 非常满意 满意 基本满意 不满意 非常不满意). */
export const ratings = [
  'very_satisfied',
  'satisfied',
  'basically_satisfied',
  'dissatisfied',
  'very_dissatisfied',
] as const
export type Rating = (typeof ratings)[number]

/** 差评 are the last two levels; 基本满意 is not one (国办发〔2019〕51号 and its local rules). */
export function isDissatisfied(rating: Rating | null): boolean {
  return rating === 'dissatisfied' || rating === 'very_dissatisfied'
}

/** Below zero when `a` is the better rating. */
export function compareRatings(a: Rating, b: Rating): number {
  return ratings.indexOf(a) - ratings.indexOf(b)
}

export const ratingNames: Record<Rating, string> = {
  very_satisfied: '非常满意',
  satisfied: '满意',
  basically_satisfied: '基本满意',
  dissatisfied: '不满意',
  very_dissatisfied: '非常不满意',
}

/** What each option figure of a sent text means. It belongs to the template version that was really sent. */
export type OptionScale = Readonly<Record<string, Rating>>

/** The three mappings in common use; a template may declare any other. */
export const commonScales = {
  '1-3': { '1': 'satisfied', '2': 'basically_satisfied', '3': 'dissatisfied' },
  '1-5': {
    '1': 'very_satisfied',
    '2': 'satisfied',
    '3': 'basically_satisfied',
    '4': 'dissatisfied',
    '5': 'very_dissatisfied',
  },
  '5-1': {
    '5': 'very_satisfied',
    '4': 'satisfied',
    '3': 'basically_satisfied',
    '2': 'dissatisfied',
    '1': 'very_dissatisfied',
  },
} as const satisfies Record<string, OptionScale>
export type CommonScaleName = keyof typeof commonScales
