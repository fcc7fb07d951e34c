import type { Client } from 'pg'
import { to as copyTo, type CopyToStreamQuery } from 'pg-copy-streams'
import type { Id } from './ids.ts'

/**
 * Runs queries as `COPY … TO STDOUT (FORMAT binary)`, which costs the database and the reader about half of what rows as
 * text do. COPY takes no parameters: values are put in by `client.escapeLiteral`. All are read into the same memory: rows
 * hold until the next query.
 */
export function openCopies(client: Client): (query: string) => Promise<BinaryRows> {
  let memory = Buffer.alloc(0x1_0000)
  const words = openWords()
  return async (query) => {
    let filled = 0
    const stream: Timed = client.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT binary)`))
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        if (filled + chunk.length > memory.length) {
          memory = Buffer.concat([memory], Math.max(memory.length * 2, filled + chunk.length))
        }
        filled += chunk.copy(memory, filled)
      }
    } finally {
      stream.callback?.()
    }
    return new BinaryRows(memory.subarray(0, filled), words)
  }
}

/** By the callback pg stops the clock of its `query_timeout`; left running, it would keep the process from ending. */
type Timed = CopyToStreamQuery & { callback?: () => void }

// The format: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
const signatureBytes = 11
const flagBytes = 4
const headBytes = 6
const trailerBytes = 2
const idBytes = 16
const microsecondsFrom = Date.UTC(2000, 0, 1)

/** Rows of a copy, one after the other; each reads its fields in their order, all of them. */
export class BinaryRows {
  readonly #buffer: Buffer
  readonly #words: Words
  #at: number
  /** Where the field that was read last begins. */
  #from = 0

  constructor(buffer: Buffer, words: Words) {
    const extension = signatureBytes + flagBytes
    this.#buffer = buffer
    this.#words = words
    this.#at = extension + 4 + buffer.readUInt32BE(extension)
  }

  /** Goes to the next row; false after the last one. */
  next(): boolean {
    const fields = this.#buffer.readInt16BE(this.#at)
    this.#at += 2
    return fields >= 0
  }

  /** The last row's id, where ids are the last field, asked for before any row is read; null where there is none. */
  lastId(): Id | null {
    const end = this.#buffer.length - trailerBytes
    return end === this.#at ? null : this.#id(end - idBytes)
  }

  /** Passes over a field; its length, -1 where it is null. */
  #take(): number {
    const length = this.#buffer.readInt32BE(this.#at)
    this.#from = this.#at + 4
    this.#at = this.#from + Math.max(0, length)
    return length
  }

  text(): string | null {
    return this.#take() < 0 ? null : this.#buffer.toString('utf8', this.#from, this.#at)
  }

  /** A text of which there are few different ones, such as a code: each is made once. */
  word(): string | null {
    return this.#take() < 0 ? null : this.#words(this.#buffer, this.#from, this.#at)
  }

  /** Passes over a field; whether there is anything. */
  skip(): boolean {
    return this.#take() >= 0
  }

  /** The bytes of the field that was read or passed over last. */
  bytesAgain(): Buffer {
    return this.#buffer.subarray(this.#from, this.#at)
  }

  /** What `headOf` gives of a field; null where it is shorter, or null. */
  head(): number | null {
    return this.#take() < headBytes ? null : this.#buffer.readUIntBE(this.#from, headBytes)
  }

  /** When an id was made, in ms since 1970. */
  idTimeMs(): number {
    this.#take()
    return this.#buffer.readUIntBE(this.#from, headBytes)
  }

  /** The id that was read last. */
  idAgain(): Id {
    return this.#id(this.#from)
  }

  #id(from: number): Id {
    const part = (start: number, end: number) =>
      this.#buffer.toString('hex', from + start, from + end)
    return [part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 16)].join('-')
  }

  /** A timestamptz in ms since 1970. */
  timeMs(): number | null {
    if (this.#take() < 0) return null
    const high = this.#buffer.readInt32BE(this.#from)
    const microseconds = high * 0x1_0000_0000 + this.#buffer.readUInt32BE(this.#from + 4)
    return microsecondsFrom + microseconds / 1000
  }
}

/** The first six bytes, as a number. */
export function headOf(bytes: Buffer): number {
  return bytes.readUIntBE(0, headBytes)
}

/** The text that stands between two places of a buffer. */
type Words = (buffer: Buffer, from: number, to: number) => string

/** Keeps one text of each hash: making a string and hashing it anew costs more than comparing its bytes. */
function openWords(): Words {
  const known = new Map<number, { bytes: Buffer; word: string }>()
  return (buffer, from, to) => {
    let hash = 0
    for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + buffer[at]!) | 0
    const found = known.get(hash)
    if (found !== undefined && same(found.bytes, buffer, from, to)) return found.word
    const bytes = Buffer.from(buffer.subarray(from, to))
    const word = bytes.toString('utf8')
    known.set(hash, { bytes, word })
    return word
  }
}

function same(bytes: Buffer, buffer: Buffer, from: number, to: number): boolean {
  if (bytes.length !== to - from) return false
  for (let at = from; at < to; at++) if (bytes[at - from] !== buffer[at]) return false
  return true
}
