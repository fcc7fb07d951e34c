import { writeFileSync } from 'node:fs'
import { learn } from '../../src/reply/experience/learn.ts'
import { weighedOf } from '../../src/reply/reader.ts'
import { lessons } from './labelled.ts'

// Learns from the labelled replies anew. To be run whenever they change; a test tells when it was forgotten.
writeFileSync(
  new URL('../../src/reply/experience/weights.txt', import.meta.url),
  learn(lessons.map((reply) => ({ reply, weighed: weighedOf(reply.text) }))),
)
