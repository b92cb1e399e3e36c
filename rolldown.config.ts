import { defineConfig } from 'rolldown';

/** What runs in the page, with the parts of the libraries that it uses, as one script: the page has no other file. */
export default defineConfig({
  input: 'bench/report/page/browser/main.ts',
  logLevel: 'silent',
  output: { file: 'dist/bench/report/page/script.js', format: 'iife', minify: true },
  // Chart types that the page does not draw stay else: their defaults are read when the libraries are loaded.
  treeshake: { propertyReadSideEffects: false },
});
