import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Suites that run whole cells, start processes, browsers and captures, or need namespaces: seconds each. */
const SLOW = 'bench/tests/**/*.test.ts';

export default defineConfig({
  test: {
    // For what hangs: on a loaded machine a test takes many times its usual second.
    testTimeout: 120_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    reporters: ['./bench/tests/reporter.ts'],
    projects: [
      // One module graph a worker: to import it anew for each of 130 small files took half of the CPU time.
      {
        extends: true,
        test: { name: 'fast', include: ['{servers,clients,bench}/**/*.test.ts'], exclude: [SLOW], isolate: false },
      },
      { extends: true, test: { name: 'slow', include: [SLOW] } },
    ],
    // Four on two cores, too: most tests wait for a window to end, and not for a core.
    maxWorkers: Math.max(4, availableParallelism() - 1),
  },
});
