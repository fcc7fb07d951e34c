import { assert as hold, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countSegments, splitSegments } from '../../src/template/segments.ts'

describe('segments', () => {
  it('counts the signature with its 【】: 示例公司 costs 6', () => {
    expect(countSegments('示例公司', '').length).toBe(6)
  })

  it.each([
    [70, 1],
    [71, 2],
    [134, 2],
    [135, 3],
    [160, 3],
    [201, 3],
    [202, 4],
  ])('bills %i characters as %i', (length, segments) => {
    expect(countSegments('示例公司', '字'.repeat(length - 6))).toEqual({
      length,
      segments,
      tooLong: false,
    })
  })

  it('counts a half-width character like a full-width one', () => {
    expect(countSegments('示例公司', 'a1,')).toEqual(countSegments('示例公司', '字，。'))
  })

  it('counts an emoji twice, as the carriers do', () => {
    expect(countSegments('示例公司', '😀').length).toBe(8)
  })

  it('cuts a text into as many segments as are billed, and loses nothing', () => {
    hold(
      property(string({ maxLength: 600, unit: 'grapheme' }), (body) => {
        const segments = splitSegments(`【示例公司】${body}`)
        expect(segments.join('')).toBe(`【示例公司】${body}`)
        expect(segments).toHaveLength(countSegments('示例公司', body).segments)
      }),
    )
  })

  it('reports what is longer than the provider takes', () => {
    expect(countSegments('示例公司', '字'.repeat(494)).tooLong).toBe(false)
    expect(countSegments('示例公司', '字'.repeat(495)).tooLong).toBe(true)
  })
})
