import { randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto'

// OWASP's second profile for scrypt: 32 MiB for each, so that several at once fit beside the work of a server.
const cost = { ln: 15, r: 8, p: 3 }
const hashLength = 32

/** A PHC string: algorithm, parameters, salt and hash, so that the parameters may grow and old hashes still verify. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, cost, hashLength)
  const { ln, r, p } = cost
  return `$scrypt$ln=${ln},r=${r},p=${p}$${encode(salt)}$${encode(hash)}`
}

export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const match = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(
    stored,
  )
  if (!match) return false
  const [, ln, r, p, salt, hash] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const expected = Buffer.from(hash, 'base64')
  const parameters = { ln: Number(ln), r: Number(r), p: Number(p) }
  const given = await derive(password, Buffer.from(salt, 'base64'), parameters, expected.length)
  return timingSafeEqual(given, expected)
}

/** Whether a hash was made with other parameters than today's, and should be made anew at the next sign-in. */
export function isOutdated(stored: string): boolean {
  const { ln, r, p } = cost
  return !stored.startsWith(`$scrypt$ln=${ln},r=${r},p=${p}$`)
}

// Nobody's password: verified for unknown names, so that they take as long as known ones.
const nobodysHash = hashPassword(randomBytes(24).toString('base64'))
nobodysHash.catch(() => {})
export const verifyNobody = async (password: string): Promise<false> => {
  await verifyPassword(password, await nobodysHash)
  return false
}

// Without letters and digits that look alike: it is read aloud and typed once.
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A password that is told once and must be changed at the first sign-in: 79 bits. */
export function oneTimePassword(): string {
  const part = () => Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join('')
  return [part(), part(), part(), part()].join('-')
}

function derive(
  password: string,
  salt: Buffer,
  { ln, r, p }: typeof cost,
  length: number,
): Promise<Buffer> {
  const N = 2 ** ln
  // The same characters may be composed in several ways, depending on the keyboard.
  const text = password.normalize('NFKC')
  return new Promise((resolve, reject) => {
    scrypt(text, salt, length, { N, r, p, maxmem: 256 * N * r }, (error, key) => {
      if (error) reject(error)
      else resolve(key)
    })
  })
}

const encode = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
