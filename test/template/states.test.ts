import { expect, test } from 'vitest'
import {
  deletableStates,
  editableStates,
  mayBecome,
  reviewedStates,
  templateStates,
  usableStates,
  type TemplateState,
} from '../../src/template/states.ts'

/** All states that can be reached from one without passing another. */
function reachable(from: TemplateState, without: TemplateState): Set<TemplateState> {
  const seen = new Set<TemplateState>([from])
  for (const state of seen) {
    for (const next of templateStates) {
      if (next !== without && mayBecome(state, next)) seen.add(next)
    }
  }
  return seen
}

test('no text comes into use that the provider did not review', () => {
  expect([...reachable('draft', 'submitted')].sort()).toEqual(['checked', 'draft'])
  expect(reachable('draft', 'approved').has('active')).toBe(false)
})

test('every state can be reached, and what is deleted stays so', () => {
  expect(reachable('draft', 'draft').size).toBe(templateStates.length)
  expect(templateStates.filter((state) => mayBecome('deleted', state))).toEqual([])
})

test('a text is changed only while the provider does not hold it', () => {
  expect(editableStates).toEqual(['draft', 'checked', 'refused'])
})

test('what may be used, deleted and withdrawn', () => {
  expect(usableStates).toEqual(['approved', 'active', 'retired'])
  expect(deletableStates).toEqual(['approved', 'refused', 'retired', 'withdrawn'])
  expect(reviewedStates).toEqual(['approved', 'active', 'retired'])
})
