/** What a browser does with the session: it keeps the cookie, and repeats the session's token. */
export interface Browser {
  signIn: (name: string, password: string) => Promise<BrowserAnswer>
  call: (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    change?: { csrf?: string | null; headers?: Record<string, string> },
  ) => Promise<BrowserAnswer>
  cookie: () => string | null
  csrf: () => string | null
}

export interface BrowserAnswer {
  status: number
  // oxlint-disable-next-line typescript/no-explicit-any -- answers of many shapes, read by assertions
  body: any
  setCookie: string | null
}

export function browser(url: string, cookieAtFirst: string | null = null): Browser {
  let cookie = cookieAtFirst
  let csrf: string | null = null
  const call: Browser['call'] = async (method, path, body, change = {}) => {
    const token = change.csrf === undefined ? csrf : change.csrf
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(cookie === null ? {} : { cookie }),
        ...(token === null || method === 'GET' ? {} : { 'x-huifang-csrf': token }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...change.headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const setCookie = response.headers.getSetCookie()[0] ?? null
    const [pair] = setCookie?.split(';') ?? []
    if (pair !== undefined) cookie = pair.endsWith('=') ? null : pair
    const answer: BrowserAnswer = {
      status: response.status,
      body: await response.json(),
      setCookie,
    }
    if (typeof answer.body.csrfToken === 'string') csrf = answer.body.csrfToken
    return answer
  }
  return {
    call,
    signIn: (name, password) => call('POST', '/api/v1/session', { name, password }, { csrf: null }),
    cookie: () => cookie,
    csrf: () => csrf,
  }
}
