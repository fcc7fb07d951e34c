/** One page that listens to server-sent events, as an EventSource would. */
export interface EventPage {
  status: number
  /** Everything heard so far, in order: the event's name with its data. */
  heard: { event: string; data: Record<string, unknown> }[]
  /** Resolves when the server ends the stream. */
  ended: Promise<void>
  close: () => void
}

export async function listenTo(url: string, headers: Record<string, string>): Promise<EventPage> {
  const stopping = new AbortController()
  const response = await fetch(`${url}/api/v1/events`, { headers, signal: stopping.signal })
  const heard: EventPage['heard'] = []
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  // The first bytes come at once: whoever has them is connected.
  let rest = (await reader.read()).value ?? ''
  const ended = (async () => {
    for (;;) {
      const blocks = rest.split('\n\n')
      rest = blocks.pop()!
      for (const block of blocks) {
        const [, event] = /^event: (.*)$/m.exec(block) ?? []
        const [, data] = /^data: (.*)$/m.exec(block) ?? []
        if (event) heard.push({ event, data: JSON.parse(data!) as Record<string, unknown> })
      }
      const { done, value } = await reader.read()
      if (done) return
      rest += value
    }
  })().catch(() => {})
  return { status: response.status, heard, ended, close: () => stopping.abort() }
}
