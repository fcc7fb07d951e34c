import { readdir, readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Core } from '../foundation/core.ts'
import { ratings, type OptionScale } from '../foundation/rating.ts'
import { seedTemplate } from './store.ts'
import { templatePurposes, templateTypes, type TemplateFile } from './template.ts'

const folder = new URL('../../templates/sms/', import.meta.url)

const frontMatter = z.object({
  purpose: z.enum(templatePurposes),
  business: z.string().min(1).optional(),
  signature: z.string().min(2).max(12),
  type: z.enum(templateTypes).default('notice'),
  provider_code: z
    .string()
    .regex(/^SMS_\w+$/)
    .optional(),
  scale: z
    .string()
    .regex(/^\w+=\w+(, ?\w+=\w+)*$/, 'must be figure=rating pairs divided by commas')
    .optional(),
})

/** Reads one template file: `key: value` lines between two `---`, then the text. */
export function parseTemplateFile(key: string, content: string): TemplateFile {
  const match = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(content.replaceAll('\r\n', '\n'))
  if (!match) throw new Error(`template ${key}: no front matter between two lines of ---`)
  const [, head = '', body = ''] = match
  const fields = Object.fromEntries(
    head.split('\n').map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
    }),
  )
  const parsed = frontMatter.safeParse(fields)
  if (!parsed.success) throw new Error(`template ${key}: ${z.prettifyError(parsed.error)}`)
  const { purpose, business, type, signature, provider_code, scale } = parsed.data
  return {
    key,
    purpose,
    business: business ?? null,
    type,
    signature,
    providerCode: provider_code ?? null,
    body: body.trim(),
    scale: scale === undefined ? null : parseScale(key, scale),
  }
}

function parseScale(key: string, text: string): OptionScale {
  const pairs = text.split(',').map((pair) => pair.trim().split('=') as [string, string])
  for (const [, rating] of pairs) {
    if (!(ratings as readonly string[]).includes(rating)) {
      throw new Error(`template ${key}: ${rating} is not a rating`)
    }
  }
  return Object.fromEntries(pairs) as OptionScale
}

/** Brings in the default texts that the database does not have yet; returns how many. */
export async function seedTemplates(deps: Pick<Core, 'db' | 'newId'>): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.md')).sort()
  let seeded = 0
  for (const name of names) {
    const content = await readFile(new URL(name, folder), 'utf8')
    const template = parseTemplateFile(name.slice(0, -3), content)
    const isNew = await deps.db.transaction().execute((tx) => seedTemplate(deps, tx, template))
    if (isNew) seeded++
  }
  return seeded
}
