import { PassThrough, Readable, Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { classifyStream } from '../../src/reply/classify.ts'

const line = (id: string, text: string, more: object = {}) =>
  `${JSON.stringify({ id, scale: '1-3', business: '户政', text, ...more })}\n`

async function classifyAll(input: Iterable<string | Buffer>, explain = false): Promise<string> {
  const output = new PassThrough()
  const chunks: string[] = []
  output.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
  await classifyStream(Readable.from(input, { objectMode: false }), output, { explain })
  return chunks.join('')
}

const parsed = (ndjson: string) =>
  ndjson
    .trim()
    .split('\n')
    .map((each) => JSON.parse(each) as Record<string, unknown>)

test('answers every line in order, with all fields of a verdict', async () => {
  const verdicts = parsed(await classifyAll([line('a', '1'), line('b', '不满意'), line('c', '')]))
  expect(verdicts.map(({ id, kind, rating }) => [id, kind, rating])).toEqual([
    ['a', 'rating', 'satisfied'],
    ['b', 'rating', 'dissatisfied'],
    ['c', 'empty', null],
  ])
  expect(Object.keys(verdicts[0] as object)).toEqual(
    'id kind rating reasons urgent conflict confidence evidence'.split(' '),
  )
})

test('reads characters and lines that chunks cut in two, and a last line without an end', async () => {
  const bytes = Buffer.from(line('a', '不满意') + line('b', '满意').trimEnd())
  const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))
  expect(parsed(await classifyAll(single)).map(({ rating }) => rating)).toEqual([
    'dissatisfied',
    'satisfied',
  ])
})

test('a line ends at a line feed only, not at other separators inside a text', async () => {
  const text = '不\u2028满意\u2029\u0085'
  const verdicts = parsed(await classifyAll([line('a', text), line('b', '1')]))
  expect(verdicts.map(({ id }) => id)).toEqual(['a', 'b'])
})

test('answers a bad line with its number and reason, and goes on', async () => {
  const input = [
    '{\n',
    '[]\n',
    line('x', '1', { scale: '1-9' }),
    '{"id":"y","scale":"1-3"}\n',
    '\n',
    line('z', '3'),
  ]
  expect(parsed(await classifyAll(input))).toEqual([
    { error: { line: 1, reason: 'not JSON' } },
    { error: { line: 2, reason: 'not an object' } },
    { id: 'x', error: { line: 3, reason: expect.stringContaining('scale') as string } },
    { id: 'y', error: { line: 4, reason: expect.stringContaining('text') as string } },
    expect.objectContaining({ id: 'z', rating: 'dissatisfied' }),
  ])
})

test('a line without end is refused and not kept', async () => {
  const endless = Array.from({ length: 40 }, () => 'x'.repeat(60_000))
  const answers = parsed(await classifyAll([...endless, '\n', line('a', '1')]))
  expect(answers).toEqual([
    { error: { line: 1, reason: 'line is too long' } },
    expect.objectContaining({ id: 'a', rating: 'satisfied' }),
  ])
})

test('reads any mapping of figures that a line declares', async () => {
  const scale = { '7': 'satisfied', '8': 'dissatisfied' }
  const verdicts = parsed(await classifyAll([line('a', '8', { scale }), line('b', '1', { scale })]))
  expect(verdicts.map(({ rating }) => rating)).toEqual(['dissatisfied', null])
})

test('the first verdict leaves before the input ends', async () => {
  const input = new PassThrough()
  const output = new PassThrough({ encoding: 'utf8' })
  const done = classifyStream(input, output)
  input.write(line('a', '3'))
  const first = await new Promise<string>((resolve) => output.once('data', resolve))
  expect(JSON.parse(first)).toMatchObject({ id: 'a', rating: 'dissatisfied' })
  input.end()
  await done
})

test('reads no further while nobody takes the verdicts', async () => {
  let read = 0
  const endless = Readable.from(
    (function* () {
      for (;;) {
        read += 1
        yield line(String(read), '1')
      }
    })(),
    { objectMode: false },
  )
  const stuck = new Writable({ write: () => {} })
  const done = classifyStream(endless, stuck)
  let before = -1
  while (before !== read) {
    before = read
    for (let turns = 0; turns < 20; turns += 1) await turn()
  }
  expect(read).toBeLessThan(5_000)
  stuck.destroy(new Error('stopped'))
  await expect(done).rejects.toThrow('stopped')
})

test('ends quietly when the reader of the verdicts has gone', async () => {
  const gone = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('gone'), { code: 'EPIPE' })),
  })
  await expect(classifyStream(Readable.from([line('a', '1')]), gone)).resolves.toBeUndefined()
})

test('explains a verdict with rules and the citizen’s own words', async () => {
  const text = await classifyAll([line('a', '3，等了两个小时')], true)
  expect(text).toContain('rating | 不满意 | efficiency')
  expect(text).toContain('figure → dissatisfied: "3"')
  expect(text).toContain('complaint.efficiency → bad: "等了两个小时"')
})
