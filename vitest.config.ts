import { defineConfig } from 'vitest/config';

/**
 * The one test configuration. Each package runs it with itself as the root; from the repository's root, name what is wanted:
 * `npx vitest packages/ops -t attention`.
 */
export default defineConfig({
  // Sources of the packages beside, so that nothing has to be built before its tests run.
  resolve: { conditions: ['source', 'module', 'node', 'development|production'] },
  ssr: { resolve: { conditions: ['source', 'module', 'node', 'development|production'] } },
  test: {
    include: ['**/src/**/*.test.ts', '**/test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // The CPU backends are slow and the machine is shared: a test fails by what it says, not by the clock.
    testTimeout: 600_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: ['default', 'json'],
    outputFile: { json: '.vitest/results.json' },
  },
});
