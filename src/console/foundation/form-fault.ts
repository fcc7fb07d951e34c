import type { FormInstance } from 'antd'
import type { ApiError } from './api.ts'

/**
 * Shows a refusal at the field that it names, where the form has it, and puts the cursor there; what was typed
 * stays. Gives the words of a refusal that names none.
 */
export function showFault<Fields extends object>(
  form: FormInstance<Fields>,
  { field, reason, message }: ApiError,
): string | null {
  if (field === undefined || !(field in form.getFieldsValue(true))) return message
  // Names are typed by the fields; the server's word has just been held against them.
  form.setFields([{ name: field as never, errors: [reason ?? message] }])
  form.getFieldInstance(field)?.focus?.()
  return null
}
