export interface Unit {
  code: string
  name: string
  parentCode: string | null
  headName: string | null
  headCode: string | null
  /** Nobody is texted or works for it any more; its cases still belong to those above it. */
  closed: boolean
}
