import { Readable } from 'node:stream'
import type { Staff } from '../staff/staff.ts'
import { sightOf, type Sight } from '../unit/scope.ts'
import type { Unit } from '../unit/unit.ts'
import { gather, mayHear, type Change } from './rules.ts'

const breathMs = 100
const beatMs = 15_000
// A page that reads slower than this is cut; it comes back and reads everything anew.
const unreadBytesMax = 64 * 1024

export interface Hub {
  /** A stream of server-sent events for one page; ends when `stillAllowed` says no: asked at every beat and when a session of the person ends. */
  open(staff: Staff, stillAllowed: () => Promise<boolean>): Promise<Readable>
  tell(change: Change): void
  /** Something may have been missed: all pages are to read everything anew. */
  tellGap(): void
  close(): void
}

/** The pages that listen in this process. */
export function openHub(deps: { units: () => Promise<Map<string, Unit>> }): Hub {
  const pages = new Set<Page>()
  let closed = false
  return {
    async open(staff, stillAllowed) {
      const page = new Page(staff, await sightNow(deps, staff), async () => {
        // When the database is away nobody is sent off for it.
        if (await stillAllowed().catch(() => true)) {
          page.sight = await sightNow(deps, staff).catch(() => page.sight)
          page.write(': beat\n\n')
        } else {
          page.write(event('change', { topic: 'session' }))
          page.end()
        }
      })
      // Whoever was still on the way in when the server began to stop would keep it from stopping.
      if (closed) {
        page.end()
        return page.stream
      }
      pages.add(page)
      const beat = setInterval(() => void page.look(), beatMs)
      page.stream.once('close', () => {
        clearInterval(beat)
        pages.delete(page)
      })
      return page.stream
    },
    tell(change) {
      for (const page of pages) {
        page.hear(change)
        // Whose session was ended sees nothing more, at once.
        if (change.topic === 'session' && change.staff === page.staff.id) void page.look()
      }
    },
    tellGap() {
      for (const page of pages) page.write(event('resync', {}))
    },
    close() {
      closed = true
      for (const page of pages) page.end()
    },
  }
}

const event = (name: string, data: object) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

const sightNow = async (deps: Parameters<typeof openHub>[0], staff: Staff) =>
  sightOf(await deps.units(), staff)

class Page {
  readonly stream = new Readable({ read() {} })
  sight: Sight
  /** Looks again who listens: units move, sessions end. */
  readonly look: () => Promise<void>
  readonly staff: Staff
  #waiting: Change[] = []
  #ended = false

  constructor(staff: Staff, sight: Sight, look: () => Promise<void>) {
    this.staff = staff
    this.sight = sight
    this.look = look
    // How long to wait before coming back; the first bytes also tell the page that it is connected.
    this.write('retry: 1000\n\n')
  }

  hear(change: Change): void {
    if (!mayHear(this.staff, this.sight, change)) return
    this.#waiting.push(change)
    if (this.#waiting.length === 1) setTimeout(() => this.#speak(), breathMs)
  }

  #speak(): void {
    const told = gather(this.#waiting)
    this.#waiting = []
    this.write(told.map((each) => event('change', each)).join(''))
  }

  write(text: string): void {
    if (this.#ended || this.stream.destroyed) return
    this.stream.push(text)
    if (this.stream.readableLength > unreadBytesMax) this.stream.destroy()
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.stream.push(null)
  }
}
