import { open } from 'node:fs/promises'

/** What the exchange's own log of channel events says of a channel that is gone. */
export interface LoggedEnd {
  answered: boolean
  /** Q.850 cause of its end; null when the log has none. */
  cause: number | null
}

// Some 20,000 calls: an end that is asked for lies minutes back.
const tailBytes = 8 * 1024 * 1024

/**
 * Reads the end of a channel from the tail of Asterisk's CEL file (`cel_custom`: event, time, channel, extra). Null when
 * the channel is not in it, or the file cannot be read: then nobody knows.
 */
export async function loggedEnd(file: string, channel: string): Promise<LoggedEnd | null> {
  const text = await tailOf(file).catch(() => null)
  if (text === null) return null
  const lines = text.split('\n').filter((line) => line.includes(`"${channel}"`))
  const hungUp = lines.find((line) => line.startsWith('"HANGUP"'))
  if (!hungUp) return null
  const cause = /hangupcause\D{1,8}(\d+)/.exec(hungUp)?.[1]
  return {
    answered: lines.some((line) => line.startsWith('"ANSWER"')),
    cause: cause === undefined ? null : Number(cause),
  }
}

async function tailOf(file: string): Promise<string> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const length = Math.min(size, tailBytes)
    const buffer = Buffer.alloc(length)
    await handle.read(buffer, 0, length, size - length)
    return buffer.toString('utf8')
  } finally {
    await handle.close()
  }
}
