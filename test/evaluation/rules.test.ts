import { expect, test } from 'vitest'
import { dateAt } from '../../src/foundation/clock.ts'
import { replyTime } from '../../src/evaluation/rules.ts'

test.each([
  ['the provider’s time, to the end of its second', 10_000, 60_000, 10_999],
  ['when it was received, where the provider’s clock is ahead', 70_000, 60_000, 60_000],
  ['when it was received, within the same second', 60_000, 60_400, 60_400],
  ['when it was received, where the provider names no time', null, 60_000, 60_000],
])('a reply counts as sent at %s', (_, sentMs, receivedMs, expected) => {
  const sentAt = sentMs === null ? null : dateAt(sentMs)
  expect(replyTime(sentAt, dateAt(receivedMs)).getTime()).toBe(expected)
})
