/** A trie over UTF-16 units in flat arrays: a step is one look-up in a hash table. */
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
  const growing = growTrie<Output>()
  for (const [word, output] of words) growing.add(growing.follow(0, word), output)
  return growing.trie
}

/** A trie that is added to. Its nodes stand for strings, each for one; the root, 0, for the empty one. */
export interface GrowingTrie<Output> {
  trie: Trie<Output>
  /** The node of a node's string with a tail behind it. */
  follow(node: number, tail: string): number
  /** Lists an output with a node's string, once. */
  add(node: number, output: Output): void
}

export function growTrie<Output>(): GrowingTrie<Output> {
  const firsts = new Int32Array(0x10000)
  const outputs: (Output[] | undefined)[] = [undefined]
  let edges = emptyEdges(0x400)
  const step = (node: number, symbol: number): number => {
    const known = node === 0 ? (firsts[symbol] as number) : targetOf(edges, node, symbol)
    if (known !== 0) return known
    const target = outputs.push(undefined) - 1
    if (target >= edges.most) edges = grown(edges)
    if (node === 0) firsts[symbol] = target
    else addEdge(edges, node, symbol, target)
    return target
  }
  return {
    follow: (node, tail) => {
      let at = node
      for (let place = 0; place < tail.length; place += 1) at = step(at, tail.charCodeAt(place))
      return at
    },
    add: (node, output) => {
      const listed = outputs[node]
      if (listed === undefined) outputs[node] = [output]
      else if (!listed.includes(output)) listed.push(output)
    },
    trie: {
      outputs,
      first: (symbol) => firsts[symbol] as number,
      next: (node, symbol) => targetOf(edges, node, symbol),
    },
  }
}

/**
 * Each place of the table holds a node (0 where it is empty) and the node that follows it; by which symbol stands with
 * the latter. What follows the root stands apart, for every walk begins there. Most
 * walks end at a symbol that does not follow: a few bits of each node's symbols tell so without a look at the table.
 */
interface Edges {
  /** So many nodes leave half of the table empty. */
  most: number
  table: Int32Array
  symbols: Uint16Array
  following: Int32Array
}

/** `most` is a power of two. */
function emptyEdges(most: number): Edges {
  return {
    most,
    table: new Int32Array(most * 4),
    symbols: new Uint16Array(most),
    following: new Int32Array(most),
  }
}

function grown(edges: Edges): Edges {
  const larger = emptyEdges(edges.most * 2)
  for (let place = 0; place < edges.table.length; place += 2) {
    const node = edges.table[place] as number
    const target = edges.table[place + 1] as number
    if (node !== 0) addEdge(larger, node, edges.symbols[target] as number, target)
  }
  return larger
}

function addEdge(
  { most, table, symbols, following }: Edges,
  node: number,
  symbol: number,
  target: number,
): void {
  let place = placeOf(node, symbol, most * 2)
  while (table[place * 2] !== 0) place = (place + 1) & (most * 2 - 1)
  table[place * 2] = node
  table[place * 2 + 1] = target
  symbols[target] = symbol
  following[node] = (following[node] as number) | bitOf(symbol)
}

/** The node that follows by a symbol, or 0. */
function targetOf(
  { most, table, symbols, following }: Edges,
  node: number,
  symbol: number,
): number {
  if (((following[node] as number) & bitOf(symbol)) === 0) return 0
  let place = placeOf(node, symbol, most * 2)
  while (table[place * 2] !== 0) {
    const target = table[place * 2 + 1] as number
    if (table[place * 2] === node && symbols[target] === symbol) return target
    place = (place + 1) & (most * 2 - 1)
  }
  return 0
}

/** One of 32 bits, spread over the symbols. */
function bitOf(symbol: number): number {
  return 1 << (Math.imul(symbol, 0x9e3779b1) >>> 27)
}

function placeOf(node: number, symbol: number, size: number): number {
  return (Math.imul(node, 0x9e3779b1) ^ Math.imul(symbol, 0x85ebca6b)) & (size - 1)
}
