/** An estimate of a share, with the bounds between which it lies with a confidence of 95 %. */
export interface Interval {
  value: number
  low: number
  high: number
}

/** So many of so many. */
export interface Part {
  count: number
  of: number
}

/** The two-sided 95 % point of the normal distribution. */
const z = 1.959964

/**
 * A share with its Wilson score interval, which is right for few and for extreme ones too (Wilson 1927; Brown,
 * Cai and DasGupta 2001); null of nobody.
 */
export function share({ count, of }: Part): Interval | null {
  if (of === 0) return null
  const value = count / of
  const centre = value + (z * z) / (2 * of)
  const reach = z * Math.sqrt((value * (1 - value)) / of + (z * z) / (4 * of * of))
  const scale = 1 + (z * z) / of
  return {
    value,
    low: count === 0 ? 0 : (centre - reach) / scale,
    high: count === of ? 1 : (centre + reach) / scale,
  }
}

/**
 * The difference a − b of two independent shares with its hybrid score interval (Newcombe 1998, method 10);
 * null where one is of nobody. It shows a difference only where 0 lies outside.
 */
export function difference(a: Part, b: Part): Interval | null {
  const [one, other] = [share(a), share(b)]
  if (!one || !other) return null
  const value = one.value - other.value
  return {
    value,
    low: value - Math.hypot(one.value - one.low, other.high - other.value),
    high: value + Math.hypot(one.high - one.value, other.value - other.low),
  }
}
