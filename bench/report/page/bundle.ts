/** Makes one script of what runs in the page and of the parts of the libraries that it uses: a step of `npm run build`. */

import { join } from 'node:path';
import { build } from 'rolldown';
import { compiled, projectRoot } from '../../contract/paths.ts';

await build({
  input: join(projectRoot, 'bench/report/page/browser/main.ts'),
  output: { file: compiled('bench/report/page/script'), format: 'iife', minify: true },
  // Defaults of chart types that the page does not draw are read when the library is loaded: else these types stay.
  treeshake: { propertyReadSideEffects: false },
});
