import { compareRatings, type OptionScale } from '../../foundation/rating.ts'
import { pages, type Finding, type TemplateDraft } from './finding.ts'
import { optionsIn } from './options.ts'

const asked = /(?:回复?|按|发送?)(?:数字)?[“"]?(\d(?:[”"]?[、，,或和/至到~-]+[“"]?\d)*)(?!\d)/g

/** The figures that a text asks for beside its options, and whether those of the scale rise or fall with the levels. */
export function checkFigures({ body, purpose, scale }: TemplateDraft): Finding[] {
  const asks = purpose === 'ask' || purpose === 'reminder'
  return [...strayFigures(body, asks ? (scale ?? {}) : {}, asks), ...(scale ? mixed(scale) : [])]
}

function strayFigures(body: string, scale: OptionScale, asks: boolean): Finding[] {
  const options = optionsIn(body)
  return [...body.matchAll(asked)].flatMap(({ index, 0: whole, 1: list = '' }) => {
    const end = index + whole.length
    if (options.some((option) => option.start < end && index < option.end)) return []
    const stray = list.match(/\d/g)?.find((figure) => !Object.hasOwn(scale, figure))
    if (stray === undefined) return []
    return [
      {
        rule: asks ? 'options.unknown_figure' : 'options.not_asked',
        severity: 'refuse' as const,
        field: 'body' as const,
        start: index,
        end,
        says: asks
          ? `正文请群众回复${stray}，对应关系里却没有这个数字`
          : `这类短信不征求评价，回复${stray}不会被识读`,
        mend: asks ? '删去，或写成选项并加入对应关系' : '删去，改留核实电话',
        source: pages.house,
      },
    ]
  })
}

function mixed(scale: OptionScale): Finding[] {
  // Figures as keys stand in rising order.
  const levels = Object.values(scale)
  const steps = levels
    .slice(1)
    .map((level, index) => Math.sign(compareRatings(levels[index]!, level)))
  if (new Set(steps).size <= 1) return []
  return [
    {
      rule: 'options.order',
      severity: 'warn',
      field: 'scale',
      start: 0,
      end: 0,
      says: '数字从小到大时，满意程度忽高忽低，群众容易回错',
      mend: '按满意程度依次编号，例如1=满意、2=基本满意、3=不满意',
      source: pages.house,
    },
  ]
}
