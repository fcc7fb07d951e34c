/** The closed list of flags that a source may set. */
export const knownFlags = [
  'minor',
  'domestic_violence',
  'sexual_violence',
  'suicide',
  'secrecy',
  'detainee',
  'informant',
  'hoax',
  'duplicate',
] as const
