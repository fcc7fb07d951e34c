import { useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
  type ReactNode,
} from 'react'
import type { ApiError } from '../foundation/api.ts'
import { post } from '../foundation/api.ts'
import { nowMs } from '../foundation/clock.ts'
import { Key, useKeys, useTick } from '../foundation/keys.tsx'
import { useGo } from '../foundation/leaving.tsx'

interface Undoable {
  id: string
  says: string
  settleAt: string
}

const Context = createContext<{ offer: (undoable: Undoable) => void } | null>(null)

export const useUndo = () => useContext(Context)!

/** Offers to take back what was just recorded, wherever one has gone on to. */
export function UndoProvider({ children }: { children: ReactNode }) {
  const [last, setLast] = useState<Undoable | null>(null)
  const access = useMemo(() => ({ offer: setLast }), [])
  return (
    <Context value={access}>
      {children}
      {last && <UndoBar key={last.id} last={last} onOver={() => setLast(null)} />}
    </Context>
  )
}

function UndoBar({ last, onOver }: { last: Undoable; onOver: () => void }) {
  useTick(500)
  const leftSeconds = Math.ceil((Date.parse(last.settleAt) - nowMs()) / 1000)
  const queries = useQueryClient()
  const go = useGo()
  const { message } = App.useApp()
  const undo = useCallback(async () => {
    try {
      await post(`/api/v1/callbacks/${last.id}/undo`)
      onOver()
      await queries.invalidateQueries({ queryKey: ['callbacks'] })
      await go(`/cases/${last.id}`)
    } catch (error) {
      void message.error((error as ApiError).message)
      if (!(error as ApiError).offline) onOver()
    }
  }, [last.id, onOver, queries, go, message])
  const keys = useMemo(() => [{ key: 'u', says: '撤销刚才的记录', run: () => void undo() }], [undo])
  useKeys('刚才的记录', keys)
  useEffect(() => {
    if (leftSeconds <= 0) onOver()
  }, [leftSeconds, onOver])
  return (
    <div className="undo" role="status">
      <span>{last.says}</span>
      <span className="number">{Math.max(0, leftSeconds)} 秒</span>
      <Button onClick={() => void undo()}>
        <Key name="u" /> 撤销
      </Button>
    </div>
  )
}
