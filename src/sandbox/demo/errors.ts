/** Keeps a demo from running; its message says what to do. */
export class DemoError extends Error {
  override name = 'DemoError'
}
