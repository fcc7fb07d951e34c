/** A SIP message as far as a phone needs to read it (RFC 3261). */
export interface SipMessage {
  /** Request or status line. */
  first: string
  headers: readonly (readonly [string, string])[]
  body: string
}

export function parseSip(data: Buffer): SipMessage {
  const text = data.toString('utf8')
  const split = text.indexOf('\r\n\r\n')
  const head = split < 0 ? text : text.slice(0, split)
  const [first = '', ...lines] = head.split('\r\n')
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const
  })
  return { first, headers, body: split < 0 ? '' : text.slice(split + 4) }
}

const same = (name: string) => {
  const wanted = name.toLowerCase()
  return ([given]: readonly [string, string]) => given.toLowerCase() === wanted
}

export const headerOf = (message: SipMessage, name: string): string =>
  message.headers.find(same(name))?.[1] ?? ''

export const headersOf = (message: SipMessage, name: string): string[] =>
  message.headers.filter(same(name)).map(([, value]) => value)

export function formatSip(
  first: string,
  headers: readonly (readonly [string, string])[],
  body = '',
): Buffer {
  const lines = [first, ...headers.map(([name, value]) => `${name}: ${value}`)]
  lines.push(`Content-Length: ${Buffer.byteLength(body)}`)
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

/** What every answer repeats of its request. */
export function answerHeaders(request: SipMessage, tag: string | null): [string, string][] {
  const to = headerOf(request, 'To')
  return [
    ...headersOf(request, 'Via').map((via): [string, string] => ['Via', via]),
    ...headersOf(request, 'Record-Route').map((route): [string, string] => ['Record-Route', route]),
    ['From', headerOf(request, 'From')],
    ['To', tag === null || /;tag=/.test(to) ? to : `${to};tag=${tag}`],
    ['Call-ID', headerOf(request, 'Call-ID')],
    ['CSeq', headerOf(request, 'CSeq')],
  ]
}
