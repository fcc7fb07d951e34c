import { expect, test } from 'vitest'
import { commonScales, type CommonScaleName } from '../../src/foundation/rating.ts'
import { entriesOf, lexicons, type Entry } from '../../src/reply/entries.ts'
import { readFigures } from '../../src/reply/figures.ts'
import { readJudgements } from '../../src/reply/judgements.ts'
import { classes } from '../../src/reply/lexicon/classes.ts'
import { compileMatcher, type Hit } from '../../src/reply/matcher.ts'
import { scopeOf } from '../../src/reply/negation.ts'
import { normalise } from '../../src/reply/normalise.ts'
import { formOpinion, type Opinion } from '../../src/reply/opinion.ts'
import { quantitySymbols } from '../../src/reply/pattern.ts'
import { spellOut } from '../../src/reply/pinyin.ts'
import { foldQuantities } from '../../src/reply/quantities.ts'
import { withoutQuoted } from '../../src/reply/quoted.ts'
import { toReading } from '../../src/reply/reader.ts'
import type { Reading } from '../../src/reply/reading.ts'
import { mendSlips } from '../../src/reply/slips.ts'
import { storyOf, topicsOf } from '../../src/reply/story.ts'

const matcher = compileMatcher(entriesOf(lexicons), classes)
const read = (text: string): Reading => toReading(normalise(text))
const hitsOf = (text: string): Hit<Entry>[] => matcher.find(read(text))

function opinionOf(text: string): Opinion {
  const reading = read(text)
  const hits = matcher.find(reading)
  return formOpinion(reading, hits, readJudgements(reading, hits))
}

test.each([
  ['１２３', '123'],
  ['①②③', '123'],
  ['❸⓷⒊Ⅲ㈢㊂', '333333'],
  ['3️⃣', '3'],
  ['𝟑', '3'],
  ['滿意', '满意'],
  ['ＯＫ', 'ok'],
  ['满\u200b意\ufeff', '满意'],
  ['★★', '⭐⭐'],
  [' ，。！', ''],
  ['\ud800满', '满'],
])('normalise: %j becomes %s', (text, symbols) => {
  expect(normalise(text).symbols).toBe(symbols)
})

test('normalise: every symbol knows where it came from', () => {
  const text = ' 😀，３ 满\u200b意'
  const { symbols, starts, ends } = normalise(text)
  const origins = starts.map((start, at) => text.slice(start, ends[at]))
  expect(origins).toEqual(['😀', '😀', '３', '满', '意'])
  expect(symbols).toBe('😀3满意')
})

const sent =
  '【徐州公安】您好，您于3月5日办理的户政业务已办结，请对服务作出评价：回复1满意，2基本满意，3不满意。'
test.each([
  [`3\n${sent}`, sent, '3'],
  [`${sent}\n不满意`, sent, '不满意'],
  ['3 1满意2基本满意3不满意', undefined, '3'],
  ['回复2 1非常满意2满意3基本满意4不满意5非常不满意', undefined, '回复2'],
  ['很满意\n发自我的iPhone', undefined, '很满意'],
  ['3不满意', undefined, '3不满意'],
  ['1非常满意', undefined, '1非常满意'],
])('quoted text: of %j only %j is the citizen’s own', (text, sentText, own) => {
  expect(withoutQuoted(normalise(text), sentText).symbols).toBe(own)
})

test.each([
  ['bu man yi', '不满意'],
  ['bumanyi', '不满意'],
  ['hen hao', '很好'],
  ['bmy', '不满意'],
  ['bu tai man yi', '不太满意'],
  ['hello', 'hello'],
  ['manyi and good', 'manyiandgood'],
])('pinyin: %s is %s', (text, symbols) => {
  expect(mendSlips(spellOut(normalise(text))).symbols).toBe(symbols)
})

test.each([
  ['曼意', '满意'],
  ['不慢意', '不满意'],
  ['步满意', '不满意'],
  ['有进步，满意', '有进步满意'],
  ['灰常满意', '非常满意'],
  ['辣鸡', '垃圾'],
  ['慢一点', '慢一点'],
  ['蛮意外', '蛮意外'],
])('slips: %s is meant as %s', (text, symbols) => {
  expect(mendSlips(normalise(text)).symbols).toBe(symbols)
})

const { n, dur, min, times, once, money, cnt, clock, full } = quantitySymbols
test.each([
  ['等了3个小时', `等了${dur}`],
  ['三个多小时', dur],
  ['5分钟就到', `${min}就到`],
  ['跑了4趟', `跑了${times}`],
  ['跑一趟', `跑${once}`],
  ['多收120块', `多收${money}`],
  ['3号窗口', cnt],
  ['下午3点', `下午${clock}`],
  ['苏C8K321', n],
  ['13812345678', n],
  ['100分', full],
  ['3', '3'],
  ['3分', '3分'],
  ['1点意见', '1点意见'],
  ['2 车位难找', '2车位难找'],
  ['选第三个', '选第三个'],
  ['几天能拿', '几天能拿'],
  ['一点也不满意', '一点也不满意'],
])('quantities: %s folds to %j', (text, symbols) => {
  expect(foldQuantities(normalise(text)).symbols).toBe(symbols)
})

test.each<[string, CommonScaleName, string[]]>([
  ['3', '1-3', ['3']],
  ['选二吧', '1-3', ['2']],
  ['四颗星', '5-1', ['4']],
  ['3颗星', '5-1', ['3']],
  ['很满意1', '1-3', ['1']],
  ['等了3个小时', '1-3', []],
  ['3号窗口态度差', '1-3', []],
  ['科目3没过', '1-3', []],
  ['1.态度好 2.速度快', '1-3', []],
  ['1 3', '1-3', ['1', '3']],
  ['我今年30岁', '1-3', []],
])('figures: %s on %s answers %j', (text, scale, values) => {
  const reading = read(text)
  const figures = readFigures(reading, matcher.find(reading), commonScales[scale])
  expect(figures.map(({ value }) => value)).toEqual(values)
})

test.each([
  ['不是3，是1', ['3'], ['1']],
  ['不是3是1', ['3'], ['1']],
  ['3打错了，1', ['3'], ['1']],
])('figures: %s takes %j back and keeps %j', (text, withdrawn, kept) => {
  const reading = read(text)
  const figures = readFigures(reading, matcher.find(reading), commonScales['1-3'])
  const valuesOf = (isWithdrawn: boolean) =>
    figures.filter((figure) => figure.withdrawn === isWithdrawn).map(({ value }) => value)
  expect([valuesOf(true), valuesOf(false)]).toEqual([withdrawn, kept])
})

test.each([
  ['满意', 0],
  ['不满意', 1],
  ['不是不满意', 2],
  ['怎么可能满意', 1],
  ['没有哪里不满意', 2],
  ['满意个屁', 1],
  ['满意才怪', 1],
  ['能满意吗', 1],
  ['能不满意吗', 2],
  ['不可能满意？', 1],
  ['谈不上满意', 1],
  ['没有达到满意', 1],
])('negation: %s has %i', (text, negations) => {
  const reading = read(text)
  const start = reading.symbols.indexOf('满意')
  expect(scopeOf(reading, start, start + 2).negations).toBe(negations)
})

test.each(['不，满意', '不，是很满意', '怎，么可能满意', '无法让，人满意'])(
  'negation: in %s it hangs on the comma',
  (text) => {
    const reading = read(text)
    const start = reading.symbols.indexOf('满意')
    expect(scopeOf(reading, start, start + 2).torn).toBe(true)
  },
)

test.each<[string, Opinion['tone'], Opinion['rating']]>([
  ['满意', 'good', 'satisfied'],
  ['非常不满', 'bad', 'very_dissatisfied'],
  ['基本满意', 'middling', 'basically_satisfied'],
  ['态度恶劣', 'bad', 'dissatisfied'],
  ['态度好，就是慢', 'middling', 'basically_satisfied'],
  ['虽然等了很久，但是很满意', 'good', 'satisfied'],
  ['你们效率可真"高"，换个证让我等了仨礼拜', 'bad', 'dissatisfied'],
  ['你们真公正，打人的先走', 'bad', 'dissatisfied'],
  ['登记好了', 'none', null],
  ['烦不烦', 'none', null],
  ['今天天气', 'none', null],
])('opinion: %s is %s, %s', (text, tone, rating) => {
  expect(opinionOf(text)).toMatchObject({ tone, rating })
})

test.each([
  ['民警全程戴着耳机跟我说话', 'bad'],
  ['一项一项念给我听，一直安慰我', 'good'],
  ['我住1号楼3单元，请把证寄到家', undefined],
  ['你好', undefined],
])('story: %s is %s', (text, mood) => {
  expect(storyOf(read(text))?.mood).toBe(mood)
})

test('story: topics are told by its words, the longer ones the more', () => {
  const topics = topicsOf(read('厕所没水没纸'))
  expect([...topics.keys()][0]).toBe('environment')
})

test.each([
  ['退订', 'opt_out'],
  ['我正在开车，稍后回复您', 'auto_reply'],
  ['发错人了吧', 'wrong_person'],
  ['请问几点下班', 'question'],
  ['更正', 'correction'],
  ['快派人来', 'urgent'],
])('%s is told by the lexicon of %s', (text, idea) => {
  expect(hitsOf(text).map(({ entry }) => entry.group.idea)).toContain(idea)
})

test('every lexicon entry says where it comes from or why', () => {
  expect(lexicons.filter(({ note }) => note.trim().length < 4)).toEqual([])
  expect(lexicons.filter(({ patterns }) => patterns.trim() === '')).toEqual([])
})
