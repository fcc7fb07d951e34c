import { z } from 'zod'
import { settingsSchema } from './config.ts'

/** The README's table of settings, from the schema itself. */
export function settingsTable(): string {
  const rows = Object.entries(settingsSchema.shape).map(([name, schema]) => {
    const fallback = (schema as { def?: { defaultValue?: string | number | boolean } }).def
      ?.defaultValue
    const { description = '' } = z.globalRegistry.get(schema as z.ZodType) ?? {}
    return `| \`${name}\` | ${fallback === undefined ? '' : `\`${String(fallback)}\``} | ${description} |`
  })
  return ['| setting | default | meaning |', '| --- | --- | --- |', ...rows].join('\n')
}
