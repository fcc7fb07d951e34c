import { createServer, type AddressInfo, type Server } from 'node:net'
import { Provider } from 'oidc-provider'

/** A real provider of OpenID Connect, whose people sign in with whatever name they give. */
export interface IdentityProvider {
  issuer: string
  close: () => Promise<void>
}

export const client = { id: 'huifang', secret: 'a secret of the client' }

export async function startIdentityProvider(redirectUri: string): Promise<IdentityProvider> {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}`
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    claims: { profile: ['preferred_username'] },
    pkce: { required: () => true },
    cookies: { keys: ['a key of the test'] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: decodeURIComponent(id) }),
    }),
  })
  const server = provider.listen(port, '127.0.0.1')
  return {
    issuer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** What a browser does on the way: it follows redirects, keeps cookies per site, and fills in the forms of the provider. */
export async function walk(
  startUrl: string,
  login: string,
  isArrived: (url: URL) => boolean,
): Promise<{ arrivedAt: URL; jar: Map<string, Map<string, string>>; visited: URL[] }> {
  const jar = new Map<string, Map<string, string>>()
  const visited: URL[] = []
  let next: { url: URL; form?: URLSearchParams } = { url: new URL(startUrl) }
  for (let steps = 0; steps < 20; steps++) {
    const { url, form } = next
    visited.push(url)
    if (isArrived(url)) return { arrivedAt: url, jar, visited }
    const site = jar.get(url.host) ?? new Map<string, string>()
    jar.set(url.host, site)
    const response = await fetch(url, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { cookie: [...site].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form ? { body: form } : {}),
    })
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0]!.split('=', 2) as [string, string]
      if (value === '') site.delete(name)
      else site.set(name, value)
    }
    const location = response.headers.get('location')
    if (location !== null) {
      next = { url: new URL(location, url) }
      continue
    }
    const page = await response.text()
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1]
    const action = /action="([^"]+)"/.exec(page)?.[1]
    if (!prompt || !action) throw new Error(`${url.href} is neither redirect nor form: ${page}`)
    next = {
      url: new URL(action, url),
      form: new URLSearchParams({ prompt, login: encodeURIComponent(login), password: 'x' }),
    }
  }
  throw new Error('the way does not end')
}

export async function freePort(): Promise<number> {
  const server: Server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
