/** What citizens come for; a page of the console needs them without the schema of policies. */
export const businesses = ['110', '户政', '车管', '驾证', '出入境'] as const
export type Business = (typeof businesses)[number]
