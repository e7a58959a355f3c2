import { defineConfig } from 'vitest/config'

// Unit tests run in node; `browser` and `e2e` drive a real Chromium through playwright-core from node, one at a time,
// because two cores are all that the smallest machine has.
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
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/fuzz/*.test.ts'],
          testTimeout: 60_000,
          maxWorkers: 2,
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
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'packaging',
          include: ['test/packaging/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
