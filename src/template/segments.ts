/** The longest text that the provider takes, signature and its 【】 included. */
export const maxTextLength = 500

const singleSegment = 70
const joinedSegment = 67

export interface SegmentCount {
  /** Characters as they are billed, signature and 【】 included. */
  length: number
  /** Texts that are billed; the citizen sees one. */
  segments: number
  /** Longer than the provider takes. */
  tooLong: boolean
}

/**
 * Length and billed segments of a rendered text (help.aliyun.com/document_detail/44335.htm): every
 * character counts 1, half-width or full-width; up to 70 make one segment, longer ones are cut by 67.
 * `signature` comes without its 【】; both are counted.
 *
 * Counted in UTF-16 units. Carriers send Chinese as UCS-2, where an emoji takes two places, so this is
 * what is billed and never less than it. (The provider refuses emoji in a template anyway.)
 */
export function countSegments(signature: string, text: string): SegmentCount {
  const length = signature.length + 2 + text.length
  return {
    length,
    segments: length <= singleSegment ? 1 : Math.ceil(length / joinedSegment),
    tooLong: length > maxTextLength,
  }
}

/** Where a text, its 【signature】 included, is cut into the segments that are billed. */
export function splitSegments(text: string): string[] {
  if (text.length <= singleSegment) return [text]
  const segments: string[] = []
  for (let start = 0; start < text.length; start += joinedSegment) {
    segments.push(text.slice(start, start + joinedSegment))
  }
  return segments
}
