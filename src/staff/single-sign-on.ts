import * as oidc from 'openid-client'
import { dateAt } from '../foundation/clock.ts'
import type { Core } from '../foundation/core.ts'
import { AppError } from '../foundation/errors.ts'
import { openSession, type Session, type SignInDeps, type Visitor } from './sign-in.ts'
import { findForSignIn } from './store.ts'

export interface Provider {
  issuer: string
  clientId: string
  clientSecret: string
  /** The claim whose value is the name of the person here. */
  nameClaim: string
  /** By which people reach us: where the provider sends them back. */
  publicUrl: string
}

export const callbackPath = '/api/v1/single-sign-on/callback'
const waitMs = 10 * 60_000

/** What must be remembered from the way out to the way back; sealed into a cookie of the browser that goes. */
interface Errand {
  state: string
  nonce: string
  verifier: string
  until: string
}

export interface SingleSignOn {
  /** Where the browser is sent, and what it must bring back. */
  begin(): Promise<{ location: string; errand: string }>
  /** Opens a session for whoever the provider says has come. Nobody is registered by it: the name must be known here. */
  finish(
    visitor: Visitor,
    path: string,
    errand: string | undefined,
  ): Promise<{ token: string; session: Session }>
}

type Deps = SignInDeps & Pick<Core, 'vault' | 'clock' | 'log'>

/** Signing in by OpenID Connect: the code flow with PKCE, state and nonce. */
export function singleSignOn(deps: Deps, provider: Provider): SingleSignOn {
  const redirectUri = new URL(callbackPath, provider.publicUrl).href
  const discover = discoverer(provider)

  return {
    async begin() {
      const server = await discover().catch((error: unknown) => {
        deps.log.warn({ err: error }, 'the provider of single sign-on is not reached')
        throw new AppError('auth.sso_away')
      })
      const verifier = oidc.randomPKCECodeVerifier()
      const errand: Errand = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier,
        until: dateAt(deps.clock.nowMs() + waitMs).toISOString(),
      }
      const location = oidc.buildAuthorizationUrl(server, {
        redirect_uri: redirectUri,
        scope: 'openid profile',
        state: errand.state,
        nonce: errand.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      const sealed = deps.vault.seal(JSON.stringify(errand), 'errand').toString('base64url')
      return { location: location.href, errand: sealed }
    },

    async finish(visitor, path, errand) {
      const claimed = await claimedName(path, errand).catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'auth.sso_unknown') throw error
        // Its messages may carry the code: only the kind of the refusal is told.
        deps.log.warn({ kind: (error as { code?: string }).code }, 'single sign-on was refused')
        throw new AppError('auth.sso_refused')
      })
      const known = await findForSignIn(deps.db, { name: claimed.normalize('NFKC').trim() })
      if (!known) throw new AppError('auth.sso_unknown')
      return openSession(deps, visitor, known.staff, 'single_sign_on')
    },
  }

  async function claimedName(path: string, sealed: string | undefined): Promise<string> {
    if (sealed === undefined) throw new AppError('auth.sso_refused')
    const text = deps.vault.open(Buffer.from(sealed, 'base64url'), 'errand')
    const errand = JSON.parse(text) as Errand
    if (errand.until < deps.clock.now().toISOString()) throw new AppError('auth.sso_refused')
    const server = await discover()
    const tokens = await oidc.authorizationCodeGrant(server, new URL(path, provider.publicUrl), {
      pkceCodeVerifier: errand.verifier,
      expectedState: errand.state,
      expectedNonce: errand.nonce,
      idTokenExpected: true,
    })
    const claims = tokens.claims()!
    // Many providers tell who it is only when asked.
    const value =
      claims[provider.nameClaim] ??
      (await oidc.fetchUserInfo(server, tokens.access_token, claims.sub))[provider.nameClaim]
    if (typeof value !== 'string') throw new AppError('auth.sso_unknown')
    return value
  }
}

/** Asks the provider for its addresses and keys once; after a failure again the next time, so that a start never waits for it. */
function discoverer(provider: Provider): () => Promise<oidc.Configuration> {
  let known: Promise<oidc.Configuration> | undefined
  return async () => {
    const issuer = new URL(provider.issuer)
    known ??= oidc.discovery(issuer, provider.clientId, provider.clientSecret, undefined, {
      timeout: 5,
      // Only the sandbox's settings allow a provider without TLS.
      ...(issuer.protocol === 'http:' ? { execute: [oidc.allowInsecureRequests] } : {}),
    })
    try {
      return await known
    } catch (error) {
      known = undefined
      throw error
    }
  }
}
