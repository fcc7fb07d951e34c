import { ratingNames, ratings, type OptionScale, type Rating } from '../../foundation/rating.ts'
import { pages, type Finding, type TemplateDraft } from './finding.ts'

/** How a reply to a text with this scale would be read; null where it would give no clear rating. */
export type ReadAs = (reply: string, scale: OptionScale) => Rating | null

interface Option {
  figure: string
  rating: Rating
  start: number
  end: number
}

const byName = new Map(ratings.map((rating) => [ratingNames[rating], rating]))
// Longest first, so that 非常不满意 is not taken for 满意.
const names = [...byName.keys()].sort((a, b) => b.length - a.length).join('|')
const wordThenFigure = new RegExp(
  `(${names})[，,]?(?:请|可)?(?:直接)?(?:回复|回|按|发送?|打)?[“"]?(\\d)(?!\\d)`,
  'g',
)
const figureThenWord = new RegExp(`(?<!\\d)(\\d)[”"]?[、.．:：\\-－为是= ]?(${names})`, 'g')

/** The options that a text offers, in its order: a level in words, and the figure that stands for it. */
export function optionsIn(body: string): Option[] {
  const found = [...body.matchAll(wordThenFigure)].map(({ index, 0: whole, 1: word, 2: figure }) =>
    optionOf(figure!, word!, index, whole),
  )
  if (found.length > 0) return found
  return [...body.matchAll(figureThenWord)].map(({ index, 0: whole, 1: figure, 2: word }) =>
    optionOf(figure!, word!, index, whole),
  )
}

function optionOf(figure: string, word: string, start: number, whole: string): Option {
  return { figure, rating: byName.get(word)!, start, end: start + whole.length }
}

/**
 * The options of a text that asks: each figure of the scale stands in it once, with the level that the scale
 * gives it, and nothing else does; and what a citizen would reply is read as it was meant.
 */
export function checkOptions({ body, purpose, scale }: TemplateDraft, readAs?: ReadAs): Finding[] {
  const asks = purpose === 'ask' || purpose === 'reminder'
  const options = optionsIn(body)
  if (!asks)
    return scale || options.length > 0
      ? [
          ofScale(
            'options.not_asked',
            '这类短信不征求评价，回复的数字不会被识读',
            '删去选项和对应关系',
          ),
        ]
      : []
  if (!scale)
    return [
      ofScale(
        'options.no_scale',
        '没有写明每个数字代表哪一级评价',
        '补上对应关系，例如 1=满意、2=基本满意、3=不满意',
      ),
    ]
  return [
    ...bothWays(scale),
    ...options.flatMap((option, index) => contradicts(option, scale, options.slice(0, index))),
    ...Object.entries(scale).flatMap(([figure, rating]) =>
      options.some((option) => option.figure === figure)
        ? []
        : [
            ofScale(
              'options.missing',
              `正文没有写明“${ratingNames[rating]}”回复${figure}`,
              `在正文里加上“${ratingNames[rating]}请回复${figure}”`,
            ),
          ],
    ),
    ...(readAs ? misread(scale, readAs) : []),
  ]
}

function ofScale(rule: string, says: string, mend: string): Finding {
  return {
    rule,
    severity: 'refuse',
    field: 'scale',
    start: 0,
    end: 0,
    says,
    mend,
    source: pages.house,
  }
}

// One who is dissatisfied must be able to say so, and one who is satisfied too.
function bothWays(scale: OptionScale): Finding[] {
  const offered = Object.values(scale)
  const twice = offered.find((rating, index) => offered.indexOf(rating) !== index)
  const findings: Finding[] = []
  if (twice) {
    findings.push(
      ofScale(
        'options.same_level',
        `两个数字都代表“${ratingNames[twice]}”`,
        '每个数字对应一级评价',
      ),
    )
  }
  for (const needed of ['satisfied', 'dissatisfied'] as const) {
    if (offered.includes(needed)) continue
    findings.push(
      ofScale(
        'options.one_sided',
        `没有“${ratingNames[needed]}”这一项`,
        `加上“${ratingNames[needed]}”及其数字`,
      ),
    )
  }
  return findings
}

function contradicts(option: Option, scale: OptionScale, before: readonly Option[]): Finding[] {
  const { figure, rating, start, end } = option
  const at = { severity: 'refuse', field: 'body', start, end, source: pages.house } as const
  if (before.some((earlier) => earlier.figure === figure)) {
    return [
      { rule: 'options.twice', ...at, says: `数字${figure}出现了两次`, mend: '每个数字只写一次' },
    ]
  }
  const meant = scale[figure]
  if (meant === undefined) {
    return [
      {
        rule: 'options.unknown_figure',
        ...at,
        says: `对应关系里没有数字${figure}`,
        mend: '删去这一项，或把它加入对应关系',
      },
    ]
  }
  if (meant === rating) return []
  return [
    {
      rule: 'options.contradiction',
      ...at,
      says: `正文写${figure}是“${ratingNames[rating]}”，对应关系里却是“${ratingNames[meant]}”`,
      mend: '改正其中一处：评价会按对应关系计分',
    },
  ]
}

function misread(scale: OptionScale, readAs: ReadAs): Finding[] {
  return Object.entries(scale).flatMap(([figure, rating]) => {
    const word = ratingNames[rating]
    const wrong = [figure, word, `${figure}、${word}`, `回复${figure}`].find(
      (reply) => readAs(reply, scale) !== rating,
    )
    if (wrong === undefined) return []
    const as = readAs(wrong, scale)
    return [
      ofScale(
        'options.misread',
        `群众回复“${wrong}”会被识读为“${as === null ? '无法判断' : ratingNames[as]}”，而不是“${word}”`,
        '换一种选项写法',
      ),
    ]
  })
}
