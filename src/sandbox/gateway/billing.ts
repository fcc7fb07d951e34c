const octetsAlone = 140
const octetsJoined = 134

/**
 * The texts that the provider bills for one message. Counted as carriers do, in octets of UCS-2, and not by
 * the code that is tested against it: 140 fit alone, and 134 beside the header that joins several.
 */
export function billedTexts(signature: string, content: string): number {
  const octets = Buffer.byteLength(`【${signature}】${content}`, 'utf16le')
  return octets <= octetsAlone ? 1 : Math.ceil(octets / octetsJoined)
}
