import {
  pino,
  stdTimeFunctions,
  type DestinationStream,
  type Logger,
  type LevelWithSilent,
} from 'pino'
import { AppError } from './errors.ts'

export type Log = Logger

// The last line of defence behind law 10: whatever slipped into a line leaves it masked. Mainland
// mobiles, with or without prefix; and the query of any address, where the provider's SDK puts numbers.
const mobile = /(?<![0-9a-fA-F])((?:\+|00)?86)?(1[3-9]\d)\d{4}(\d{4})(?!\d)/g
const addressQuery = /(https?:\/\/[^\s"?]+)\?[^\s"]*/g

/** Masks numbers and cuts the queries of addresses in any text. */
export function scrub(text: string): string {
  return text.replace(addressQuery, '$1?…').replace(mobile, '$2****$3')
}

/** What may be known of a foreign error: its name, its code and where it happened, but not its words. */
function describeError(error: unknown): Record<string, unknown> {
  if (error instanceof AppError) {
    return { code: error.code, class: error.class, details: error.details }
  }
  if (!(error instanceof Error)) return { name: typeof error }
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return {
    name: error.name,
    code: (error as { code?: unknown }).code,
    message: scrub(error.message).slice(0, 300),
    at: frames.slice(0, 6).map((frame) => frame.trim()),
  }
}

export function openLog(level: LevelWithSilent, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    serializers: { err: describeError },
    redact: {
      paths: ['phone', 'name', 'text', 'note', 'body', '*.phone', '*.text', '*.note', '*.body'],
      censor: '[redacted]',
    },
    hooks: { streamWrite: scrub },
    timestamp: stdTimeFunctions.isoTime,
  }
  return destination ? pino(options, destination) : pino(options)
}
