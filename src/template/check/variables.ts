import type { TemplatePurpose, TemplateType } from '../template.ts'
import { pages, type Finding, type TemplateDraft } from './finding.ts'

interface VariableType {
  /** What a value must look like. */
  fits: RegExp
  longest: number
  /** Whether promotion may use it too. */
  promo?: true
}

/** The provider's types of variables (its page 2806243, and the table of its validators). */
export const variableTypes = {
  time: { fits: /^[\d年月日时分秒点:：\-/ ]{1,35}$/, longest: 35, promo: true },
  money: { fits: /^\d+(\.\d+)?$/, longest: 35, promo: true },
  name: { fits: /^\p{Script=Han}{2,5}$/u, longest: 5, promo: true },
  user_nick: { fits: /^[\p{Script=Han}\w·]{1,20}$/u, longest: 20, promo: true },
  unit_name: { fits: /^\p{Script=Han}{1,20}$/u, longest: 20 },
  address: { fits: /^[\p{Script=Han}\w\-（）()]{1,30}$/u, longest: 30 },
  license_plate_number: { fits: /^[\p{Script=Han}A-Z0-9·]{1,10}$/u, longest: 10 },
  tracking_number: { fits: /^[A-Za-z]?\w{7,15}$/, longest: 16 },
  pick_up_code: { fits: /^[\d\-_]{4,8}$/, longest: 8 },
  other_number2: { fits: /^[A-Za-z0-9]{1,35}$/, longest: 35 },
  phone_number2: { fits: /^[\d-]{3,15}$/, longest: 15 },
  link_param: { fits: /^[A-Za-z0-9]{1,8}$/, longest: 8, promo: true },
  email_address: { fits: /^[^@\s]{1,24}@[^@\s]{3,}$/, longest: 30 },
  others: { fits: /^[^\n\r]{1,35}$/, longest: 35, promo: true },
} as const satisfies Record<string, VariableType>
export type VariableTypeName = keyof typeof variableTypes

interface Variable {
  type: VariableTypeName
  /** What it is, in words. */
  says: string
  /** The longest value that we fill in: what a text costs at most. */
  longest: number
}

// A text names unit and kind of business only, never the matter.
const ofCase: Record<string, Variable> = {
  unit: { type: 'unit_name', says: '承办单位', longest: 20 },
  business: { type: 'others', says: '业务类别', longest: 3 },
}
const ofDuty: Record<string, Variable> = {
  ref: { type: 'other_number2', says: '编号', longest: 12 },
  minutes: { type: 'other_number2', says: '已过分钟数', longest: 4 },
  count: { type: 'other_number2', says: '提醒次数', longest: 2 },
}

/** What may be filled into a text of this purpose, by name. */
export function variablesOf(purpose: TemplatePurpose): Readonly<Record<string, Variable>> {
  return purpose === 'duty' ? ofDuty : ofCase
}

const placeholder = /\$\{([^}]*)\}/g

/** The names of the variables in a text, in its order. */
export function variableNames(body: string): string[] {
  return [...body.matchAll(placeholder)].map(([, name = '']) => name)
}

/** The variables of a text: known, written as the provider wants them, once each, and not side by side. */
export function checkVariables({ body, purpose, type }: TemplateDraft): Finding[] {
  const known = variablesOf(purpose)
  const names = Object.entries(known).map(([name, { says }]) => `\${${name}}（${says}）`)
  const seen = new Set<string>()
  let endOfLast = -1
  const findings: Finding[] = []
  for (const match of body.matchAll(placeholder)) {
    const [whole, name = ''] = match
    const at = { field: 'body', start: match.index, end: match.index + whole.length } as const
    const found = (rule: string, says: string, mend: string, source: string = pages.variables) =>
      findings.push({ rule, severity: 'refuse', ...at, says, mend, source })
    if (!/^[A-Za-z][A-Za-z0-9_]{0,24}$/.test(name) || reserved.has(name)) {
      found(
        'variable.name',
        `变量名“${name}”不合规`,
        '以字母开头，只用字母、数字、下划线，不超过25个字符，且不能是 email、mobile、id、nick、site',
      )
    } else if (!Object.hasOwn(known, name)) {
      found(
        'variable.unknown',
        `没有变量“${name}”，发送时无法填写`,
        `可用：${names.join('、')}`,
        pages.house,
      )
    } else if (!mayCarry(type, known[name]!.type)) {
      found(
        'variable.type',
        `推广短信不能使用“${name}”这类变量`,
        '改为固定文字，或把类型改为通知短信',
      )
    }
    if (seen.has(name))
      found('variable.twice', `变量“${name}”出现了不止一次`, '每个变量只能用一次，删去多余的')
    if (match.index === endOfLast) {
      found(
        'variable.adjacent',
        '两个变量紧挨在一起',
        '在两个变量之间加上文字，例如“的”',
        pages.content,
      )
    }
    seen.add(name)
    endOfLast = match.index + whole.length
  }
  return [...findings, ...combined(body), ...strayMarks(body), ...nothingButVariables(body)]
}

const reserved = new Set(['email', 'mobile', 'id', 'nick', 'site'])

function mayCarry(type: TemplateType, variable: VariableTypeName): boolean {
  return type === 'notice' || 'promo' in variableTypes[variable]
}

// Reviewers take variables that only a mark or a space divides for one of free content.
function combined(body: string): Finding[] {
  return [...body.matchAll(/\}([^\p{L}\p{N}${}]+)\$\{/gu)].map(({ index, 1: mark = '' }) => ({
    rule: 'variable.combined',
    severity: 'warn',
    field: 'body',
    start: index + 1,
    end: index + 1 + mark.length,
    says: `两个变量之间只有“${mark}”，会被看作组合变量`,
    mend: '在两个变量之间写上文字，例如“的”',
    source: pages.content,
    replacement: '的',
  }))
}

function strayMarks(body: string): Finding[] {
  const rest = body.replace(placeholder, (whole) => ' '.repeat(whole.length))
  return [...rest.matchAll(/\$\{?|[{}]/g)].map(({ index, 0: mark }) => ({
    rule: 'variable.broken',
    severity: 'refuse',
    field: 'body',
    start: index,
    end: index + mark.length,
    says: `“${mark}”不成变量`,
    mend: '变量写作 ${名称}，半角符号，前后成对',
    source: pages.variables,
  }))
}

function nothingButVariables(body: string): Finding[] {
  if (body === '' || /[\p{L}\p{N}]/u.test(body.replace(placeholder, ''))) return []
  return [
    {
      rule: 'variable.only',
      severity: 'refuse',
      field: 'body',
      start: 0,
      end: body.length,
      says: '全文只有变量，没有实际内容',
      mend: '写明事由：谁、因什么事、请对方做什么',
      source: pages.content,
    },
  ]
}
