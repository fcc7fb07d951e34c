import {
  createContext,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react'

export interface KeyBinding {
  /** As `KeyboardEvent.key`, lower case; `ctrl+enter` with its modifier. */
  key: string
  says: string
  run: () => void
  /** Also while somebody types. */
  whileTyping?: boolean
}

interface Keys {
  add: (group: string, bindings: readonly KeyBinding[]) => () => void
  groups: () => Map<string, readonly KeyBinding[]>
}

const Context = createContext<Keys | null>(null)

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches('textarea, select, input:not([type=radio]):not([type=checkbox])'))
  )
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key.toLowerCase()
  if (event.altKey) return `alt+${event.code.replace(/^Digit/, '')}`
  return event.ctrlKey || event.metaKey ? `ctrl+${key}` : key
}

/** One place hears all keys; screens say what theirs do, and the key help shows them. */
export function KeysProvider({ children }: { children: ReactNode }) {
  const groups = useRef(new Map<string, readonly KeyBinding[]>())
  const keys = useMemo<Keys>(
    () => ({
      add(group, bindings) {
        groups.current.set(group, bindings)
        return () => {
          if (groups.current.get(group) === bindings) groups.current.delete(group)
        }
      },
      groups: () => groups.current,
    }),
    [],
  )
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.repeat) return
      // A dialog has the keys for itself.
      if (document.querySelector('.ant-modal-wrap:not([style*="display: none"])')) return
      const name = nameOf(event)
      for (const bindings of [...groups.current.values()].reverse()) {
        const found = bindings.find((binding) => binding.key === name)
        if (!found || (isTyping(event.target) && !found.whileTyping)) continue
        event.preventDefault()
        found.run()
        return
      }
    }
    window.addEventListener('keydown', hear)
    return () => window.removeEventListener('keydown', hear)
  }, [])
  return <Context value={keys}>{children}</Context>
}

/** What keys do on the screen that calls it; later screens win over those below them. */
export function useKeys(group: string, bindings: readonly KeyBinding[]): void {
  const keys = useContext(Context)!
  useEffect(() => keys.add(group, bindings), [keys, group, bindings])
}

export function useKeyGroups(): () => Map<string, readonly KeyBinding[]> {
  return useContext(Context)!.groups
}

const keyNames: Record<string, string> = {
  'ctrl+enter': 'Ctrl + Enter',
  'ctrl+s': 'Ctrl + S',
  escape: 'Esc',
  enter: 'Enter',
  arrowdown: '↓',
  arrowup: '↑',
}

export function Key({ name }: { name: string }) {
  const words = keyNames[name] ?? name.toUpperCase().replace('ALT+', 'Alt + ')
  return <kbd aria-hidden="true">{words}</kbd>
}

/** A clock tick every `everyMs`, for what is counted down on the screen. */
export function useTick(everyMs: number): number {
  const [tick, setTick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setTick((before) => before + 1), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return tick
}
