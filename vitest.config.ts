import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{servers,clients,bench}/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // On two cores, too: most tests wait for a window to end, and not for a core.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
