export { isUrgent } from './understand.ts'
