import { openExchange, type Exchange } from '../../src/sandbox/asterisk/exchange.ts'

export type { Exchange } from '../../src/sandbox/asterisk/exchange.ts'

/** A real exchange; null when none is to be had here: says so loudly. */
export async function testExchange(): Promise<Exchange | null> {
  const exchange = await openExchange()
  if (exchange === null) {
    process.stderr.write(
      'LEFT OUT: calls through a real exchange. No suite of the mirror has it.\n',
    )
  }
  return exchange
}
