import { useQueryClient } from '@tanstack/react-query'
import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
  type ReactNode,
} from 'react'
import { call, get, onSessionLost, post, setCsrf, type ApiError } from './api.ts'

export type Role = 'agent' | 'supervisor' | 'handler' | 'administrator' | 'auditor'

export interface Session {
  staff: {
    id: string
    name: string
    role: Role
    unitCode: string
    unitName: string
    scopeCode: string
    scopeName: string
  }
  csrfToken: string
  mustChangePassword: boolean
  sandbox: boolean
  clickToCall: boolean
}

type State =
  | { at: 'loading' }
  | { at: 'unreachable'; message: string }
  | { at: 'out' }
  | { at: 'in'; session: Session }
  /** The session ran out while somebody works: the page stays as it is behind the log-in. */
  | { at: 'expired'; session: Session }

interface SessionAccess {
  state: State
  logIn: (name: string, password: string) => Promise<void>
  logOut: () => Promise<void>
  changePassword: (current: string, next: string) => Promise<void>
  retry: () => void
}

const Context = createContext<SessionAccess | null>(null)

export function SessionProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<State>({ at: 'loading' })
  const queries = useQueryClient()

  const enter = useCallback((session: Session) => {
    setCsrf(session.csrfToken)
    setState({ at: 'in', session })
  }, [])

  const load = useCallback(() => {
    get<Session>('/api/v1/session').then(enter, (error: unknown) => {
      const refused = error as ApiError
      setState(
        refused.status === 401 ? { at: 'out' } : { at: 'unreachable', message: refused.message },
      )
    })
  }, [enter])

  useEffect(load, [load])
  useEffect(
    () =>
      onSessionLost(() =>
        setState((before) =>
          before.at === 'in' ? { at: 'expired', session: before.session } : before,
        ),
      ),
    [],
  )

  const access = useMemo<SessionAccess>(
    () => ({
      state,
      retry() {
        setState({ at: 'loading' })
        load()
      },
      async logIn(name, password) {
        const session = await post<Session>('/api/v1/session', { name, password })
        // Somebody else at the same desk must see nothing of the one before.
        if (state.at !== 'expired' || state.session.staff.id !== session.staff.id) queries.clear()
        enter(session)
        await queries.invalidateQueries()
      },
      async logOut() {
        await call('DELETE', '/api/v1/session').catch(() => {})
        queries.clear()
        setState({ at: 'out' })
      },
      async changePassword(current, next) {
        await post('/api/v1/session/password', { current, next })
        enter(await get<Session>('/api/v1/session'))
      },
    }),
    [state, load, enter, queries],
  )
  return <Context value={access}>{children}</Context>
}

export function useSessionAccess(): SessionAccess {
  return useContext(Context)!
}

/** The session of whoever works at this desk; only below the log-in. */
export function useSession(): Session {
  const { state } = useSessionAccess()
  if (state.at !== 'in' && state.at !== 'expired') throw new Error('nobody is logged in')
  return state.session
}
