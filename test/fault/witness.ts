import type { FaultSettings } from '../../src/sandbox/gateway/faults.ts'

/** A text that the gateway took on, as its ledger tells it over HTTP. */
export interface LedgerLine {
  outId: string | null
  phone: string
  templateCode: string
  receipt: { code: string } | null
}

/** The gateway's control interface, from outside. */
export function witness(port: number) {
  const url = `http://127.0.0.1:${port}/sandbox`
  const post = async (name: string, body: object) => {
    const response = await fetch(`${url}/${name}`, { method: 'POST', body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`the gateway refused: ${await response.text()}`)
  }
  const get = async <T>(name: string) => (await (await fetch(`${url}/${name}`)).json()) as T
  return {
    setFaults: (settings: FaultSettings) => post('faults', settings),
    setCallbacks: (smsUp: string, smsReport: string) => post('callbacks', { smsUp, smsReport }),
    ledger: () => get<LedgerLine[]>('ledger'),
    /** Texts taken on, and receipts, replies and pushes still under way. */
    state: () => get<{ accepted: number; pending: number }>('state'),
  }
}
