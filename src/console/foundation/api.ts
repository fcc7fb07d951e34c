import { takeServerTime } from './clock.ts'

/** A refusal of the server, in its words; `offline` when there was no answer at all. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly field: string | undefined
  readonly reason: string | undefined

  constructor(
    status: number,
    body: { code: string; message: string; field?: string; reason?: string },
  ) {
    super(body.message)
    this.name = 'ApiError'
    this.status = status
    this.code = body.code
    this.field = body.field
    this.reason = body.reason
  }

  get offline(): boolean {
    return this.status === 0
  }
}

let csrfToken = ''
export function setCsrf(token: string): void {
  csrfToken = token
}

// What a page asks for by itself must not keep a session alive at a desk that everybody has left.
const attendedMs = 60_000
let lastSignMs = 0
for (const sign of ['keydown', 'pointerdown', 'pointermove'] as const) {
  addEventListener(sign, () => void (lastSignMs = performance.now()), { passive: true })
}
const attended = () => performance.now() - lastSignMs < attendedMs

type Listener = () => void
const sessionLost = new Set<Listener>()
const reached = new Set<(reachable: boolean) => void>()

/** Tells when an answer says that nobody is logged in any more. */
export function onSessionLost(listener: Listener): () => void {
  sessionLost.add(listener)
  return () => void sessionLost.delete(listener)
}

/** Tells after every call whether the server was reached. */
export function onReach(listener: (reachable: boolean) => void): () => void {
  reached.add(listener)
  return () => void reached.delete(listener)
}

const tell = (reachable: boolean) => reached.forEach((listener) => listener(reachable))

/** Calls the API. The session is a cookie; what changes something carries the token against forged requests. */
export async function call<Answer>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<Answer> {
  let response: Response
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(attended() ? {} : { 'x-huifang-unattended': '1' }),
        ...(method === 'GET'
          ? {}
          : { 'content-type': 'application/json', 'x-huifang-csrf': csrfToken }),
      },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
      signal: AbortSignal.timeout(20_000),
    })
  } catch {
    tell(false)
    throw new ApiError(0, { code: 'offline', message: '连接不上服务器，内容仍在本页，请稍后再试' })
  }
  tell(true)
  takeServerTime(response.headers.get('date'))
  const answer: unknown = await response.json().catch(() => ({}))
  if (response.ok) return answer as Answer
  const refusal = answer as { code?: string; message?: string; field?: string; reason?: string }
  const error = new ApiError(response.status, {
    ...refusal,
    code: refusal.code ?? 'server.fault',
    message: refusal.message ?? '服务器没有给出可用的答复，请稍后再试',
  })
  // The log-in form itself is answered 401 too.
  if (response.status === 401 && !(method === 'POST' && path === '/api/v1/session')) {
    sessionLost.forEach((listener) => listener())
  }
  throw error
}

export const get = <Answer>(path: string) => call<Answer>('GET', path)
export const post = <Answer>(path: string, body?: unknown) => call<Answer>('POST', path, body)
export const patch = <Answer>(path: string, body: unknown) => call<Answer>('PATCH', path, body)
export const remove = <Answer>(path: string) => call<Answer>('DELETE', path)
export const put = <Answer>(path: string, body: unknown) => call<Answer>('PUT', path, body)

/** Fetches a file by POST, so that what it is about stands in no address, and hands it to the browser. */
export async function download(path: string, fileName: string, body: unknown): Promise<void> {
  const response = await fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json', 'x-huifang-csrf': csrfToken },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new ApiError(0, { code: 'offline', message: '连接不上服务器，请稍后再试' })
  })
  if (!response.ok) {
    throw new ApiError(
      response.status,
      (await response.json()) as { code: string; message: string },
    )
  }
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await response.blob())
  link.download = fileName
  link.click()
  URL.revokeObjectURL(link.href)
}
