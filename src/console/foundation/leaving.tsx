import { Modal } from 'antd'
import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  type ReactNode,
} from 'react'
import { useLocation } from 'wouter'

/** Asked before a screen is left; resolves to whether it may be. */
type Guard = () => Promise<boolean>

interface Leaving {
  go: (path: string) => Promise<void>
  guard: (guard: Guard) => () => void
  mayLeave: Guard
}

const Context = createContext<Leaving | null>(null)

/** Ways from one screen to another, with a word before work under way is left. */
export function LeavingProvider({ children }: { children: ReactNode }) {
  const [, navigate] = useLocation()
  const current = useRef<Guard | null>(null)
  const leaving = useMemo<Leaving>(() => {
    const mayLeave = async () => (current.current ? current.current() : true)
    return {
      async go(path) {
        if (await mayLeave()) navigate(path)
      },
      guard(guard) {
        current.current = guard
        return () => {
          if (current.current === guard) current.current = null
        }
      },
      mayLeave,
    }
  }, [navigate])
  return <Context value={leaving}>{children}</Context>
}

export const useGo = () => useContext(Context)!.go
export const useMayLeave = () => useContext(Context)!.mayLeave

export function useGuard(guard: Guard): void {
  const leaving = useContext(Context)!
  useEffect(() => leaving.guard(guard), [leaving, guard])
}

/** A question with two ways on and one to stay; resolves to the way chosen. */
export function useAsk() {
  const [modal, holder] = Modal.useModal()
  const ask = useCallback(
    (question: { title: string; content: ReactNode; okText: string; cancelText: string }) =>
      modal.confirm({ ...question, keyboard: true, autoFocusButton: 'ok', icon: null }),
    [modal],
  )
  return [ask, holder] as const
}

/** Asks before a screen is left on which something was typed that is kept nowhere yet. Gives where the question is shown. */
export function useUnsaved(dirty: boolean, says: string) {
  const [ask, holder] = useAsk()
  useGuard(
    useCallback(async () => {
      if (!dirty) return true
      const stay = await ask({
        title: '改动还没有保存',
        content: says,
        okText: '留在本页',
        cancelText: '不保存，离开',
      })
      return !stay
    }, [dirty, says, ask]),
  )
  return holder
}
