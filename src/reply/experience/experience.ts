import { readFileSync } from 'node:fs'
import { readWeights } from './weigh.ts'

/** What the labelled replies of `test/reply/labelled` taught; `npm run learn:reply` writes the weights anew. */
export const experience = readWeights(readFileSync(new URL('weights.txt', import.meta.url), 'utf8'))
