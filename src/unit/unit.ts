export interface Unit {
  code: string
  name: string
  parentCode: string | null
  headName: string | null
  headCode: string | null
}
