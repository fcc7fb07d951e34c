import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** A request of the provider's V3 RPC interface as it came over the wire. */
export interface SignedRequest {
  method: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface Credentials {
  accessKeyId: string
  accessKeySecret: string
}

export interface SignatureFault {
  status: number
  code: string
  message: string
}

const algorithm = 'ACS3-HMAC-SHA256'
const authorizationForm =
  /^ACS3-HMAC-SHA256\s+Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})$/
const clockSkewMs = 15 * 60_000

/**
 * Verifies ACS3-HMAC-SHA256 as the provider does (help.aliyun.com/document_detail/2593177.html);
 * null when the request is genuine. Written from the description, sharing no code with the SDK.
 */
export function signatureVerifier(credentials: Credentials, nowMs: () => number) {
  const isFresh = nonceMemory(nowMs)

  return ({ method, query, headers, body }: SignedRequest): SignatureFault | null => {
    const parts = authorizationForm.exec(headers.authorization ?? '')
    if (!parts) {
      return fault(400, 'IncompleteSignature', 'The request signature does not conform.')
    }
    const [, accessKeyId, signedHeaders, signature] = parts as unknown as [
      string,
      string,
      string,
      string,
    ]
    if (accessKeyId !== credentials.accessKeyId) {
      return fault(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.')
    }
    const sentAtMs = Date.parse(header(headers, 'x-acs-date'))
    if (!(Math.abs(nowMs() - sentAtMs) <= clockSkewMs)) {
      return fault(400, 'InvalidTimeStamp.Expired', 'Specified time stamp or date is expired.')
    }
    const payloadHash = sha256(body)
    const canonical = [
      method,
      '/',
      canonicalQuery(query),
      ...signedHeaders.split(';').map((name) => `${name}:${header(headers, name)}`),
      '',
      signedHeaders,
      payloadHash,
    ].join('\n')
    const expected = createHmac('sha256', credentials.accessKeySecret)
      .update(`${algorithm}\n${sha256(canonical)}`)
      .digest()
    if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) {
      // The real one echoes the whole of it, numbers included; so does this one, to catch leaks.
      return fault(400, 'SignatureDoesNotMatch', `Server canonical request is: ${canonical}`)
    }
    return isFresh(header(headers, 'x-acs-signature-nonce'))
      ? null
      : fault(400, 'SignatureNonceUsed', 'Specified signature nonce was used already.')
  }
}

function fault(status: number, code: string, message: string): SignatureFault {
  return { status, code, message }
}

function header(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name]
  return (Array.isArray(value) ? value.join(',') : (value ?? '')).trim()
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&')
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}

// Two generations, so that the memory stays bounded under load; a nonce is remembered for as long as its
// time stamp would pass, unless more than this many come in between.
const noncesPerGeneration = 200_000

function nonceMemory(nowMs: () => number) {
  let current = new Set<string>()
  let previous = new Set<string>()
  let turnedAtMs = nowMs()
  return (nonce: string): boolean => {
    if (nonce === '' || current.has(nonce) || previous.has(nonce)) return false
    if (current.size >= noncesPerGeneration || nowMs() - turnedAtMs > 2 * clockSkewMs) {
      previous = current
      current = new Set()
      turnedAtMs = nowMs()
    }
    current.add(nonce)
    return true
  }
}
