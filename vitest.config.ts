import { defineConfig } from 'vitest/config'

// Unit tests run in node; `browser` drives a real Chromium through playwright-core from node. Two files at a time, for two
// cores are all that the smallest machine has: a test must bear a busy one.
export default defineConfig({
  resolve: {
    alias: [
      { find: /^faceseal$/, replacement: new URL('./src/index.ts', import.meta.url).pathname },
      { find: /^faceseal\/server$/, replacement: new URL('./src/server/index.ts', import.meta.url).pathname },
      { find: /^faceseal\/policy$/, replacement: new URL('./src/policy/index.ts', import.meta.url).pathname },
    ],
  },
  define: { __FACESEAL_VERSION__: JSON.stringify('0.0.0-test') },
  test: {
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/fuzz/*.test.ts'],
          testTimeout: 60_000,
          setupFiles: ['test/fixed-seed.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          globalSetup: ['test/e2e/draw-clips-once.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'packaging',
          include: ['test/packaging/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
