import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{servers,clients,bench}/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
