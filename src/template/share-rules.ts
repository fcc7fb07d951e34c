import { createHash } from 'node:crypto'

/** A version that takes part in the traffic of its purpose and business. */
export interface Share {
  id: string
  /** 1 to 1000; its part is its weight divided by the sum of all. */
  weight: number
}

/**
 * Which of several versions a citizen gets: weighted rendezvous hashing (Thaler and Ravishankar 1998; the
 * logarithm by Schindelhauer and Schomaker 2005). The same citizen always gets the same version, and a change
 * of weights moves only as many as the shares change by. `phoneHash` null, where nobody in particular is
 * addressed, gives the heaviest.
 */
export function chooseShare<S extends Share>(
  shares: readonly S[],
  phoneHash: Buffer | null,
): S | null {
  if (shares.length < 2) return shares[0] ?? null
  const scored = shares.map((share) => ({
    share,
    score: phoneHash === null ? 1 / share.weight : -Math.log(unit(phoneHash, share)) / share.weight,
  }))
  return scored.reduce((best, each) =>
    each.score < best.score || (each.score === best.score && each.share.id < best.share.id)
      ? each
      : best,
  ).share
}

/** A number above 0 and below 1 that looks random and belongs to this citizen and this version. */
function unit(phoneHash: Buffer, { id }: Share): number {
  const digest = createHash('sha256').update(phoneHash).update(id).digest()
  return (digest.readUIntBE(0, 6) + 0.5) / 2 ** 48
}
