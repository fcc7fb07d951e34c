/** A trie over UTF-16 units in flat arrays: a step is one look-up in a hash table that never grows. */
export interface Trie<Output> {
  /** The node after a first symbol, or 0. */
  first(symbol: number): number
  /** The node after one more symbol, or 0. */
  next(node: number, symbol: number): number
  /** What ends at a node. */
  outputs: readonly (readonly Output[] | undefined)[]
}

/** Builds the trie of all words; a word may be listed with several outputs. */
export function buildTrie<Output>(words: Iterable<readonly [string, Output]>): Trie<Output> {
  const edges = new Map<number, number>()
  const outputs: (Output[] | undefined)[] = [undefined]
  for (const [word, output] of words) {
    let node = 0
    for (let at = 0; at < word.length; at += 1) {
      const key = edgeKey(node, word.charCodeAt(at))
      let next = edges.get(key)
      if (next === undefined) {
        next = outputs.length
        outputs.push(undefined)
        edges.set(key, next)
      }
      node = next
    }
    const listed = outputs[node]
    if (listed === undefined) outputs[node] = [output]
    else if (!listed.includes(output)) listed.push(output)
  }
  return freeze(edges, outputs)
}

function edgeKey(node: number, symbol: number): number {
  return node * 0x10000 + symbol
}

/**
 * Each place of the table holds a node and the node that follows it; by which symbol stands with the latter. Most
 * walks end at a symbol that does not follow: a few bits of each node's symbols tell so without a look at the table.
 */
function freeze<Output>(
  edges: ReadonlyMap<number, number>,
  outputs: readonly (readonly Output[] | undefined)[],
): Trie<Output> {
  const firsts = new Int32Array(0x10000)
  let size = 16
  while (size < edges.size * 2) size *= 2
  const table = new Int32Array(size * 2).fill(-1)
  const symbols = new Uint16Array(outputs.length)
  const following = new Int32Array(outputs.length)
  for (const [key, target] of edges) {
    const node = Math.floor(key / 0x10000)
    const symbol = key % 0x10000
    if (node === 0) {
      firsts[symbol] = target
      continue
    }
    let place = placeOf(node, symbol, size)
    while (table[place * 2] !== -1) place = (place + 1) & (size - 1)
    table[place * 2] = node
    table[place * 2 + 1] = target
    symbols[target] = symbol
    following[node] = (following[node] as number) | bitOf(symbol)
  }
  return {
    outputs,
    first: (symbol) => firsts[symbol] as number,
    next: (node, symbol) => {
      if (((following[node] as number) & bitOf(symbol)) === 0) return 0
      let place = placeOf(node, symbol, size)
      while (table[place * 2] !== -1) {
        const target = table[place * 2 + 1] as number
        if (table[place * 2] === node && symbols[target] === symbol) return target
        place = (place + 1) & (size - 1)
      }
      return 0
    },
  }
}

/** One of 32 bits, spread over the symbols. */
function bitOf(symbol: number): number {
  return 1 << (Math.imul(symbol, 0x9e3779b1) >>> 27)
}

function placeOf(node: number, symbol: number, size: number): number {
  return (Math.imul(node, 0x9e3779b1) ^ Math.imul(symbol, 0x85ebca6b)) & (size - 1)
}
