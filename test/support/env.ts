/** What the environment tells the tests: the only place of test/ that reads it. */
export const testEnv = {
  /** A PostgreSQL server of one's own, as a role that may create databases and roles; undefined: an embedded one. */
  databaseUrl: process.env['TEST_DATABASE_URL'] || undefined,
  /** A Redis server of one's own; undefined: one is started if `redis-server` is installed. */
  redisUrl: process.env['TEST_REDIS_URL'] || undefined,
  /** Another browser than the usual one of this machine. */
  chromiumPath: process.env['TEST_CHROMIUM_PATH'] || undefined,
  /** How many times slower the browser's pages run: brings out what a test takes for granted; undefined: at full speed. */
  browserSlowness: Number(process.env['TEST_BROWSER_SLOWNESS']) || undefined,
  /** Repeats what a test drew by chance. */
  seed: process.env['TEST_SEED'] === undefined ? undefined : Number(process.env['TEST_SEED']),
}
