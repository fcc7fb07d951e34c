import { writeFile } from 'node:fs/promises'
import { businesses, type Business } from '../../policy/policy.ts'
import { knownFlags } from '../../survey/flags.ts'

/**
 * Writes the sample that the demo pushes: `node src/sandbox/sample/make.ts`. The same figures every time;
 * all names and numbers are invented.
 */
const here = (name: string) => new URL(name, import.meta.url)

interface SampleRow {
  externalId: string
  minutesAgo: number
  business: Business
  unitCode: string
  citizen: { phone: string; name?: string }
  [more: string]: unknown
}

const bureau = '320300000000'
const branches = ['鼓楼', '云龙', '泉山', '铜山', '贾汪']
const stations = [
  '黄楼',
  '琵琶',
  '和平',
  '彭城',
  '王陵',
  '永安',
  '七里沟',
  '翟山',
  '郭庄',
  '大许',
  '茅村',
  '利国',
]
const windows: Record<Business, string> = {
  '110': '',
  户政: '',
  车管: '320300CG0000',
  驾证: '320300CG0000',
  出入境: '320300CR0000',
}
const items: Record<Business, readonly string[]> = {
  '110': ['邻里纠纷', '噪音扰民', '车辆剐蹭', '财物被盗', '走失求助'],
  户政: ['补领身份证', '新生儿落户', '户口迁移', '居住证办理'],
  车管: ['车辆过户', '年检', '新车上牌', '号牌补领'],
  驾证: ['期满换证', '遗失补证', '科目三考试', '增驾'],
  出入境: ['普通护照', '往来港澳通行证', '证件换发'],
}
const surnames = '赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜'
const givenNames = ['建国', '秀英', '伟', '芳', '洋', '敏', '静', '磊', '婷', '志强', '晓燕', '鹏']

const stationCode = (index: number) =>
  `32030${1 + (index % branches.length)}0${String(10 + index)}000`
const branchCode = (index: number) => `32030${1 + index}000000`

function units(): string {
  const rows = [
    `${bureau},2024-01-01,徐州市公安局,,,,`,
    `320300MY0000,2024-01-01,民意跟踪监测中心,${bureau},,,`,
    `320300CG0000,2024-01-01,车辆管理所,${bureau},马卫东,032001,`,
    `320300CR0000,2024-01-01,出入境管理支队,${bureau},梁静,032002,`,
    ...branches.map((name, index) => `${branchCode(index)},2024-01-01,${name}分局,${bureau},,,`),
    ...stations.map(
      (name, index) =>
        `${stationCode(index)},2024-01-01,${name}派出所,${branchCode(index % branches.length)},${surnames[index]}所长,0321${10 + index},`,
    ),
    // The head changed: since then another one answers for the station.
    `${stationCode(0)},2026-03-01,黄楼派出所,${branchCode(0)},陶所长,032199,`,
  ]
  return `code,valid_from,name,parent_code,head_name,head_code,closed\n${rows.join('\n')}\n`
}

function officers(): string {
  const rows = Array.from({ length: 40 }, (_, index) => {
    const name = `${surnames[index % surnames.length]}${givenNames[index % givenNames.length]}`
    return `03${String(2200 + index)},2024-01-01,${name},${stationCode(index % stations.length)},`
  })
  return `code,valid_from,name,unit_code,closed\n${rows.join('\n')}\n`
}

function ordinary(index: number): SampleRow {
  const business = businesses[index % businesses.length]!
  const unitCode = windows[business] || stationCode(index % stations.length)
  const name = `${surnames[index % surnames.length]}${givenNames[(index * 7) % givenNames.length]}`
  return {
    externalId: `S${String(index).padStart(4, '0')}`,
    minutesAgo: 5 + (index % 170),
    business,
    ...(business === '110' ? { category: items['110'][index % 5] } : {}),
    unitCode,
    officerCodes: [`03${2200 + (index % 40)}`],
    citizen: { phone: phoneOf(index), name },
    item: items[business][index % items[business].length],
  }
}

const phoneOf = (index: number) => `139${String(5_160_000 + index * 7).padStart(8, '0')}`
/** The same number as people and systems write it. */
const notations: readonly ((phone: string) => string)[] = [
  (phone) => `+86 ${phone}`,
  (phone) => `0086${phone}`,
  (phone) => `${phone.slice(0, 3)} ${phone.slice(3, 7)} ${phone.slice(7)}`,
  (phone) => Array.from(phone, (digit) => String.fromCodePoint(0xff10 + Number(digit))).join(''),
]
const surveyed = 300

function special(): SampleRow[] {
  let next = 1_000
  const odd = (change: Record<string, unknown>): SampleRow => {
    const index = next++
    return {
      ...ordinary(index),
      business: '户政',
      unitCode: stationCode(index % 12),
      ...change,
    }
  }
  const again = ordinary(7)
  return [
    ...['0516-83456701', '051683456702', '110'].map((phone) => odd({ citizen: { phone } })),
    ...['1381234567', 'abc', '99999999999'].map((phone) => odd({ citizen: { phone } })),
    odd({ citizen: { phone: '' } }),
    ...knownFlags.map((flag) => odd({ flags: [flag] })),
    odd({ flags: ['vip'] }),
    ...[1, 2].map(() => odd({ business: '110', category: undefined })),
    ...['399999000000', '320300XX0000'].map((unitCode) => odd({ unitCode })),
    odd({ minutesAgo: 60 * 24 * 30 }),
    // An agency's number: it stands under too many matters to be a citizen's.
    ...Array.from({ length: 12 }, () => odd({ citizen: { phone: '13700005555', name: '代办' } })),
    // Asked a moment ago.
    ...[1, 2, 3].map((index) => odd({ citizen: { phone: phoneOf(index * 5 + 1) } })),
    // A 110 call of somebody whose household matter was about to be asked about.
    odd({ business: '110', category: '邻里纠纷', citizen: { phone: phoneOf(11) } }),
    // Pushed twice, amended, cancelled, cancelled before it was known.
    again,
    { ...ordinary(8), item: '更正后的事项' },
    { ...ordinary(9), kind: 'cancelled' },
    odd({ kind: 'cancelled' }),
  ]
}

function transactions(): SampleRow[] {
  const rows = Array.from({ length: surveyed }, (_, index) => {
    const row = ordinary(index)
    const write = notations[index % 9]
    return write ? { ...row, citizen: { ...row.citizen, phone: write(row.citizen.phone) } } : row
  })
  return [...rows, ...special()]
}

const good: Record<Business, readonly string[]> = {
  '110': ['1', '１', '满意', '①', '1，谢谢', '回复1', '很满意'],
  户政: ['1', '满意', '（1）', '1。', '非常满意', '壹'],
  车管: ['1', '2', '②', '满意', '1 谢谢', '非常满意'],
  驾证: ['1', '满意', '1！', '①', '没什么不满意的'],
  出入境: ['5', '4', '⑤', '满意', '5，谢谢', '非常满意'],
}
const middling: Record<Business, string> = {
  '110': '2',
  户政: '基本满意',
  车管: '3',
  驾证: '2',
  出入境: '3',
}
const poor: Record<Business, readonly string[]> = {
  '110': ['3', '不满意', '３', '③', '很不满意'],
  户政: ['3', '不满意', '3，排队太久', '不太满意'],
  车管: ['5', '4', '不满意', '非常不满意'],
  驾证: ['3', '三', '不满意', '3 跑了三趟'],
  出入境: ['1', '2', '不满意', '非常不满意'],
}
const others = [
  'TD',
  '退订',
  '请问什么时候能拿证？',
  '我正在开会，稍后回复您（自动回复）',
  '。',
  '你们发错人了吧',
  '材料能不能少一点',
  '7',
  '谁啊',
]

const comesLate = (index: number) => index >= 60 && index < 66

/** What the citizen of an ordinary row texts back; null for the many who stay silent. */
function answersOf(index: number): { text: string; afterMs: number }[] | null {
  const { business } = ordinary(index)
  const round = Math.floor(index / businesses.length)
  const pick = (texts: readonly string[]) => texts[round % texts.length]!
  const afterMs = 200 + ((index * 137) % 2_300)
  const fate = (index * 31 + round) % 20
  if (index === 40 || index === 41) {
    return [{ text: ['他又打我了，快来人', '这日子不想活了'][index - 40]!, afterMs }]
  }
  if (index === 50)
    return [
      { text: pick(poor[business]), afterMs },
      { text: pick(good[business]), afterMs: afterMs + 1_000 },
    ]
  if (index === 51)
    return [
      { text: pick(good[business]), afterMs },
      { text: pick(poor[business]), afterMs: afterMs + 1_000 },
    ]
  if (fate < 7) return [{ text: pick(good[business]), afterMs }]
  if (fate === 7) return [{ text: middling[business], afterMs }]
  if (fate < 11) return [{ text: pick(poor[business]), afterMs }]
  if (fate === 11) return [{ text: others[round % others.length]!, afterMs }]
  if (fate === 12 && round % 2 === 0) return [{ text: `${good[business][0]} 不满意`, afterMs }]
  return null
}

const receipts: Record<number, string> = {
  5: 'MOBILE_NOT_ON_SERVICE',
  25: 'MOBILE_IN_BLACK',
  85: 'MOBILE_NOT_ON_SERVICE',
  125: 'INVALID_NUMBER',
  145: 'none',
  185: 'none',
}

function citizens(): object[] {
  return Array.from({ length: surveyed }, (_, index) => {
    if (comesLate(index)) {
      const { business } = ordinary(index)
      return { phone: phoneOf(index), late: good[business][index % good[business].length] }
    }
    const receipt = receipts[index]
    const replies = receipt === undefined || receipt === 'none' ? answersOf(index) : null
    if (receipt === undefined && replies === null) return null
    return { phone: phoneOf(index), ...(receipt ? { receipt } : {}), replies: replies ?? [] }
  }).filter((citizen) => citizen !== null)
}

const lines = (rows: readonly object[]) => `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`

await writeFile(here('units.csv'), units())
await writeFile(here('officers.csv'), officers())
await writeFile(here('transactions.ndjson'), lines(transactions()))
await writeFile(here('citizens.ndjson'), lines(citizens()))
