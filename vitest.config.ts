import { defineConfig } from 'vitest/config'

// Tests that need PostgreSQL (and Redis, where there is one) are in files called `*.db.test.ts`:
// they run in the project `database`, whose global set-up provides the servers. All others are in
// the project `unit` and start nothing before they begin.
const needServers = 'test/**/*.db.test.ts'
// The console in a real browser: `*.browser.test.ts`; they need the servers too.
const needBrowser = 'test/**/*.browser.test.ts'

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // On two cores one worker more keeps both busy while others wait for a server.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [needServers, needBrowser] },
      },
      {
        extends: true,
        test: {
          name: 'database',
          include: [needServers],
          globalSetup: 'test/support/global-setup.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: [needBrowser],
          globalSetup: 'test/browser/global-setup.ts',
          testTimeout: 120_000,
        },
      },
    ],
  },
})
