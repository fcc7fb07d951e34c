import { chineseNumerals, numeralWords, otherWords, units } from './lexicon/units.ts'
import { quantitySymbols, type QuantityName } from './pattern.ts'
import { isDigit, isLatin, mark, type Reading } from './reading.ts'
import { buildTrie } from './trie.ts'

type UnitKind = keyof typeof units

const unitTrie = buildTrie(
  (Object.keys(units) as UnitKind[]).flatMap((kind) =>
    units[kind].split(' ').map((unit) => [unit, kind] as const),
  ),
)
const words = buildTrie(numeralWords.split(' ').map((word) => [word, true] as const))
// Provinces' short names: a plate is one of them, a letter and five or six more.
const plateSigns = new Set('苏皖鲁豫沪浙京津冀晋蒙辽吉黑闽赣鄂湘粤桂琼渝川贵云藏陕甘青宁新')
const unitsOverMarks = new Set<UnitKind>(['hour', 'minute', 'times'])

interface Folded {
  start: number
  end: number
  name: QuantityName
  digits: string
}

/**
 * Folds every number that is no option into one symbol of what it counts: 3个多小时 becomes {dur}. What
 * stays a digit afterwards may be an answer.
 */
export function foldQuantities(reading: Reading): Reading {
  const { symbols } = reading
  const folded: Folded[] = []
  for (let at = 0; at < symbols.length; at += 1) {
    const found = quantityAt(reading, at)
    if (found === null) {
      const skip = numeralWordEnd(symbols, at)
      if (skip > at) at = skip - 1
      continue
    }
    folded.push(found)
    at = found.end - 1
  }
  return folded.length === 0 ? reading : fold(reading, folded)
}

function quantityAt(reading: Reading, at: number): Folded | null {
  const { symbols, marks } = reading
  const unit = symbols.charCodeAt(at)
  if (isDigit(unit)) return numberAt(reading, at)
  if (isLatin(unit)) return letteredAt(reading, at)
  if (plateSigns.has(symbols[at] as string) && isLatin(symbols.charCodeAt(at + 1))) {
    const end = codeEnd(reading, at + 1)
    if (end - at >= 6) return { start: at, end, name: 'n', digits: '' }
  }
  const prefix = '好第整'.includes(symbols[at] as string) ? 1 : 0
  if (prefix === 1 && marks[at + 1] !== 0) return null
  if (chineseNumerals[symbols[at + prefix] ?? ''] === undefined) return null
  const found = chineseAt(reading, at, at + prefix)
  // 一次性 is longer than 一次, and 一个小时 is longer than 一个: the longer one is meant.
  return found !== null && found.end > numeralWordEnd(symbols, at) ? found : null
}

/** A number in digits: what it counts, or a number too long to be an option. */
function numberAt(reading: Reading, start: number): Folded | null {
  const { symbols, marks } = reading
  let end = start + 1
  let digits = symbols[start] as string
  let joined = false
  while (end < symbols.length && isDigit(symbols.charCodeAt(end))) {
    if (marks[end] !== 0) {
      // 2.5, 10:30, 0516-8888 and 320311 1990 are one number, 1 3 and 1.2.3 are several.
      const between = reading.original.slice(reading.ends[end - 1], reading.starts[end])
      const isTime = /^[:：]$/.test(between) && isDigit(symbols.charCodeAt(end + 1))
      const isCode = /^[-—/ .]$/.test(between) && digitRun(symbols, marks, end) + digits.length > 3
      const isDecimal = between === '.' && digits.length === 1 && hasUnit(reading, end + 1)
      if (!isTime && !isCode && !isDecimal) break
      joined = true
    }
    digits += symbols[end] as string
    end += 1
  }
  if (isLatin(symbols.charCodeAt(end)) && marks[end] === 0 && unitAt(reading, end) === null)
    return { start, end: codeEnd(reading, end), name: 'n', digits: '' }
  const counted = countedAt(reading, start, end, Number(joined ? digits.slice(0, 1) : digits))
  if (counted !== null) return { ...counted, digits }
  const percent = reading.original.slice(reading.ends[end - 1], reading.starts[end] ?? undefined)
  if (digits === '100' || (digits === '10' && symbols[end] === '分')) {
    const isFull = symbols[end] === '分' || percent.startsWith('%') || percent.startsWith('％')
    if (isFull) return { start, end: symbols[end] === '分' ? end + 1 : end, name: 'full', digits }
  }
  return digits.length > 1 ? { start, end, name: 'n', digits } : null
}

/** Letters with digits in them, such as c1 or a3201: a code. Letters alone are words. */
function letteredAt(reading: Reading, start: number): Folded | null {
  const { symbols, marks } = reading
  if (start > 0 && isLatin(symbols.charCodeAt(start - 1)) && marks[start] === 0) return null
  const end = codeEnd(reading, start)
  for (let at = start; at < end; at += 1)
    if (isDigit(symbols.charCodeAt(at))) return { start, end, name: 'n', digits: '' }
  return null
}

function codeEnd({ symbols, marks }: Reading, start: number): number {
  let end = start + 1
  while (
    end < symbols.length &&
    marks[end] === 0 &&
    (isLatin(symbols.charCodeAt(end)) || isDigit(symbols.charCodeAt(end)))
  )
    end += 1
  return end
}

// 一千二百三十四万五千六百七十八 has fifteen.
const longestNumeral = 16

/** A number in characters counts only with a unit behind it: 三 alone may be an answer, 三心二意 is a word. */
function chineseAt(reading: Reading, start: number, numeral: number): Folded | null {
  const { symbols, marks } = reading
  let end = numeral
  let value = 0
  let current = 0
  const last = Math.min(symbols.length, numeral + longestNumeral)
  while (end < last && (end === numeral || marks[end] === 0)) {
    const figure = chineseNumerals[symbols[end] as string]
    if (figure === undefined) break
    if (figure >= 10) {
      value += Math.max(1, current) * figure
      current = 0
    } else current = figure
    end += 1
  }
  const counted = countedAt(reading, start, end, value + current)
  if (counted === null) return null
  // 几点 asks for a time.
  if (counted.name === 'clock' && symbols[start] === '几') return null
  // So do 几天能拿 and 最快几天, but 跑了几趟 tells.
  if (symbols[start] === '几' && counted.name !== 'min' && asksHowMany(reading, start, counted.end))
    return null
  if (counted.name !== 'cnt') return counted
  // 两个民警 counts people, but no option is written so: the words stay readable for the lexicons.
  if (symbols[start] !== '第') return null
  // 选第三个 names an option.
  const closes = counted.end === symbols.length || reading.marks[counted.end] !== 0
  const isSoft = symbols[counted.end] === '吧'
  return (closes || isSoft) && '个项档'.includes(symbols[counted.end - 1] as string)
    ? null
    : counted
}

/** Whether a count of 几 is asked for: 几天能拿, 能选几次. */
function asksHowMany({ symbols, marks }: Reading, start: number, end: number): boolean {
  if ('能可会才'.includes(symbols[end] ?? ' ')) return true
  const closes = end === symbols.length || ((marks[end] as number) & mark.end) !== 0
  return closes && '要能快天差可得用多选'.includes(symbols[start - 1] ?? ' ')
}

/** The number's unit, with 多 个 半 around it. */
function countedAt(
  reading: Reading,
  start: number,
  numberEnd: number,
  value: number,
): Folded | null {
  const { symbols } = reading
  let at = numberEnd
  while ('多来余几把好大'.includes(symbols[at] ?? ' ') && reading.marks[at] === 0) at += 1
  const halves = ['个多', '个半', '个来', '个大', '个', ''].find(
    (each) => symbols.startsWith(each, at) && unitAt(reading, at + each.length) !== null,
  )
  if (halves === undefined) return at === numberEnd ? null : null
  const unit = unitAt(reading, at + halves.length)
  if (unit === null) return null
  let { end } = unit
  if (unit.kind !== 'things' && unit.kind !== 'money')
    while ('多半'.includes(symbols[end] ?? ' ') && reading.marks[end] === 0) end += 1
  // 3月 is a month of the year, 俩月 and 两月 are a while.
  const isWhile =
    symbols[unit.end - 1] === '月' && '俩两仨几半'.includes(symbols[numberEnd - 1] as string)
  const name = isWhile ? 'dur' : nameOf(unit.kind, value, symbols[start] === '第')
  return { start, end, name, digits: '' }
}

function nameOf(kind: UnitKind, value: number, ordinal: boolean): QuantityName {
  if (ordinal && kind !== 'times') return kind === 'day' ? 'clock' : 'cnt'
  if (kind === 'second') return 'min'
  if (kind === 'minute') return value <= 20 ? 'min' : 'dur'
  if (kind === 'hour' || kind === 'day') return 'dur'
  if (kind === 'times') return value <= 1 ? 'once' : 'times'
  if (kind === 'money') return 'money'
  return kind === 'clock' ? 'clock' : 'cnt'
}

function hasUnit(reading: Reading, at: number): boolean {
  return unitAt(reading, at) !== null
}

/** The longest unit that begins here. Across a comma only those that can be nothing else. */
function unitAt(reading: Reading, start: number): { kind: UnitKind; end: number } | null {
  const { symbols, marks } = reading
  const torn = ((marks[start] as number) & ~mark.space) !== 0
  const isSpaced = marks[start] === mark.space
  let node = start < symbols.length ? unitTrie.first(symbols.charCodeAt(start)) : 0
  let found: { kind: UnitKind; end: number } | null = null
  for (let end = start + 1; node !== 0; end += 1) {
    const kind = unitTrie.outputs[node]?.[0]
    if (kind !== undefined && !isPartOfWord(symbols, start, end, kind)) found = { kind, end }
    if (end >= symbols.length) break
    node = unitTrie.next(node, symbols.charCodeAt(end))
  }
  if (found === null) return null
  // 2 车位难找, 1 窗口态度差: what a space parts from a place or a one-character thing does not count it.
  const isPlace = found.end - start === 1 || symbols.startsWith('窗口', start)
  if (isSpaced && found.kind === 'things' && isPlace) return null
  const isSure = unitsOverMarks.has(found.kind) && found.end - start > 1
  return torn && !isSure ? null : found
}

function isPartOfWord(symbols: string, start: number, end: number, kind: UnitKind): boolean {
  if (kind === 'second' || end - start > 1) return false
  return otherWords[symbols[start] as string]?.includes(symbols[end] ?? ' ') ?? false
}

function digitRun(symbols: string, marks: readonly number[], start: number): number {
  let end = start
  while (isDigit(symbols.charCodeAt(end)) && (end === start || marks[end] === 0)) end += 1
  return end - start
}

/** The end of a word that begins with a numeral and counts nothing, or `at`. */
function numeralWordEnd(symbols: string, at: number): number {
  let node = words.first(symbols.charCodeAt(at))
  let found = at
  for (let end = at + 1; node !== 0; end += 1) {
    if (words.outputs[node] !== undefined) found = end
    if (end >= symbols.length) break
    node = words.next(node, symbols.charCodeAt(end))
  }
  return found
}

function fold(reading: Reading, folded: readonly Folded[]): Reading {
  let symbols = ''
  const starts: number[] = []
  const ends: number[] = []
  const marks: number[] = []
  const numbers = new Map<number, string>()
  let at = 0
  for (const { start, end, name, digits } of [...folded, null].map(
    (each) =>
      each ?? {
        start: reading.symbols.length,
        end: reading.symbols.length,
        name: null,
        digits: '',
      },
  )) {
    for (; at < start; at += 1) {
      symbols += reading.symbols[at] as string
      starts.push(reading.starts[at] as number)
      ends.push(reading.ends[at] as number)
      marks.push(reading.marks[at] as number)
    }
    if (name === null) break
    if (digits !== '') numbers.set(symbols.length, digits)
    symbols += quantitySymbols[name]
    starts.push(reading.starts[start] as number)
    ends.push(reading.ends[end - 1] as number)
    marks.push(reading.marks[start] as number)
    at = end
  }
  marks.push(reading.marks[reading.symbols.length] as number)
  return { ...reading, symbols, starts, ends, marks, numbers }
}
