import { Converter } from 'opencc-js/t2cn'
import { everyMatch, pages, type Finding, type TemplateDraft } from './finding.ts'

const toSimplified = Converter({ from: 't', to: 'cn' })

// Of the standard list of 2013 (通用规范汉字表), where they stand for another word: 乾县, 哪吒, 徵羽.
const alsoSimplified = new Set('乾吒徵於')

// What remains of a text are Chinese characters, letters, digits and the marks of ordinary writing.
const ordinary =
  /[\p{Script=Han}A-Za-z0-9\s，。、；：？！“”‘’（）《》…—·,.;:?!'"()<>/\\%&@+=*~_|^`$[\]{}【】-]/u

/** The characters of a text, and how long it may be. */
export function checkCharacters(draft: TemplateDraft): Finding[] {
  const { body, signature } = draft
  return [
    ...everyMatch(body, /[【】]/g, {
      rule: 'characters.brackets',
      severity: 'refuse',
      says: (mark) => `正文里不能有“${mark}”`,
      mend: '删去：签名和【】由平台自动加在开头',
      source: pages.content,
      replacement: '',
    }),
    ...everyMatch(body, /^\s*\[|\]\s*$/g, {
      rule: 'characters.edge_brackets',
      severity: 'refuse',
      says: (mark) => `开头和结尾不能有“${mark.trim()}”`,
      mend: '删去方括号',
      source: pages.content,
      replacement: '',
    }),
    ...[...body.matchAll(/[\s\S]/gu)].flatMap(({ 0: character, index }) =>
      strange(character, index),
    ),
    ...checkLengths(body),
    ...checkSignature(signature),
  ]
}

function strange(character: string, start: number): Finding[] {
  const at = { field: 'body', start, end: start + character.length, source: pages.content } as const
  const simplified = alsoSimplified.has(character) ? character : toSimplified(character)
  if (/\p{Script=Han}/u.test(character) && simplified !== character) {
    return [
      {
        rule: 'characters.traditional',
        severity: 'refuse',
        ...at,
        says: `“${character}”是繁体字`,
        mend: `改为“${simplified}”`,
        replacement: simplified,
      },
    ]
  }
  if (ordinary.test(character)) return []
  const says = /\p{Extended_Pictographic}/u.test(character)
    ? `不能有表情“${character}”`
    : `不能有特殊符号“${character}”`
  return [
    {
      rule: 'characters.symbol',
      severity: 'refuse',
      ...at,
      says,
      mend: '删去，或改用文字',
      replacement: '',
    },
  ]
}

const longestBody = 500

function checkLengths(body: string): Finding[] {
  const at = { severity: 'refuse', field: 'body', source: pages.content } as const
  if (body.trim() === '') {
    return [
      {
        rule: 'length.empty',
        ...at,
        start: 0,
        end: body.length,
        says: '还没有正文',
        mend: '写上短信内容',
      },
    ]
  }
  if (body.length <= longestBody) return []
  return [
    {
      rule: 'length.body',
      ...at,
      start: longestBody,
      end: body.length,
      says: `正文连变量名共${body.length}字，最多${longestBody}字`,
      mend: `删去至少${body.length - longestBody}字`,
    },
  ]
}

function checkSignature(signature: string): Finding[] {
  if (/^[\p{Script=Han}A-Za-z0-9]{2,12}$/u.test(signature)) return []
  return [
    {
      rule: 'signature.form',
      severity: 'refuse',
      field: 'signature',
      start: 0,
      end: signature.length,
      says: '签名须为2至12个汉字、字母或数字',
      mend: '填写平台已通过的签名，不带【】',
      source: pages.content,
    },
  ]
}
