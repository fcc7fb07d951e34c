import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Tests that need PostgreSQL (and Redis, where there is one) are in files called `*.db.test.ts`:
// they run in the project `database`, whose global set-up provides the servers. All others are in
// the project `unit` and start nothing before they begin.
const needServers = 'test/**/*.db.test.ts'
// The console in a real browser: `*.browser.test.ts`; they need the servers too.
const needBrowser = 'test/**/*.browser.test.ts'

// Files that mostly wait (for leases to end, for processes to die) go first: begun last, each would
// keep one worker busy after the others have nothing left to do.
const longest = [
  'sandbox/demo.db',
  'fault/fault.db',
  'browser/trouble.browser',
  'laws/laws.db',
  'audit/seal.db',
  'bulk.db',
  'sms/pull.db',
  'sandbox/postgres/launcher',
  'evaluation/lexicon.db',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const index = longest.findIndex((name) => moduleId.endsWith(`test/${name}.test.ts`))
      return index === -1 ? longest.length : index
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
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
          testTimeout: 300_000,
        },
      },
    ],
  },
})
