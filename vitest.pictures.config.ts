import { defineConfig } from 'vitest/config'

/** `npm run screenshots`: the pictures of the documentation, taken from the console as it is. */
export default defineConfig({
  test: {
    include: ['test/browser/pictures.ts'],
    pool: 'forks',
    globalSetup: 'test/browser/global-setup.ts',
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
})
