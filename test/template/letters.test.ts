import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const folder = 'templates/letter'
/** What a supervision order can tell of itself (the field's own list: domain notes, 督办单 fields). */
const fields =
  'number issuingUnit unit source caseNumber citizen business facts finding reason dueAt issuedBy issuedAt reviewedBy returnedAt newDueAt decision decidedBy decidedAt'.split(
    ' ',
  )

test.each(readdirSync(folder))(
  'the letter %s has a title and only fields that an order has',
  (name) => {
    const letter = readFileSync(`${folder}/${name}`, 'utf8')
    expect(letter).toMatch(/^---\ntitle: \S+\n---\n/)
    const used = [...letter.matchAll(/\$\{(\w*)\}/g)].map(([, field]) => field!)
    expect(used.length).toBeGreaterThan(3)
    expect(used.filter((field) => !fields.includes(field))).toEqual([])
    expect(letter.replace(/\$\{\w+\}/g, '')).not.toMatch(/[${}]/)
  },
)

test('for each business there is a text that asks on each of the three scales', () => {
  const texts = readdirSync('templates/sms')
    .filter((name) => name.startsWith('ask'))
    .map((name) => readFileSync(`templates/sms/${name}`, 'utf8'))
  const kinds = texts.map((text) => {
    const [, business] = /^business: (.*)$/m.exec(text) ?? []
    const [, scale] = /^scale: (.*)$/m.exec(text) ?? []
    return `${business} ${scale!.split(',')[0]} ${scale!.split(',').length}`
  })
  for (const business of ['110', '户政', '车管', '驾证', '出入境']) {
    expect(kinds).toContain(`${business} 1=satisfied 3`)
    expect(kinds).toContain(`${business} 1=very_satisfied 5`)
    expect(kinds).toContain(`${business} 5=very_satisfied 5`)
  }
})
