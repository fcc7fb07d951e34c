import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test('the administrators’ page names every rule of the checker, and no other', () => {
  const folder = 'src/template/check'
  const code = readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
  const [, page] = /^## What a text is checked for$([\s\S]*?)^# /m.exec(
    readFileSync('docs/administrators.md', 'utf8'),
  )!
  const names = (text: string, quote: string) =>
    new Set(
      text.match(new RegExp(`(?<=${quote})[a-z]+(?:_[a-z]+)?\\.(?!ts)[a-z_]+(?=${quote})`, 'g')),
    )
  expect(names(page!, '`')).toEqual(names(code.join('\n'), "'"))
})
