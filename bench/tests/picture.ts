/** Makes the picture of the README: the head of the published run's page, as a browser shows it. `npm run picture` */

import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../contract/paths.ts';
import { launchBrowser } from './browser.ts';

const PAGE = join(projectRoot, 'results/reference/report.html');
const PICTURE = join(projectRoot, 'docs/page.png');
/** A README loads it whenever it is read. */
const MAX_BYTES = 150_000;
const HEIGHTS = [900, 800, 700, 600, 500];

const browser = await launchBrowser();
if (typeof browser === 'string') throw new Error(`the picture needs a browser: ${browser}`);
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
  await page.goto(pathToFileURL(PAGE).href);
  for (const height of HEIGHTS) {
    const png = await page.screenshot({ clip: { x: 0, y: 0, width: 1280, height }, animations: 'disabled' });
    writeFileSync(PICTURE, png);
    if (png.length <= MAX_BYTES) break;
  }
} finally {
  await browser.close();
}
const { size } = statSync(PICTURE);
if (size > MAX_BYTES) throw new Error(`${PICTURE} has ${size} bytes, and may have ${MAX_BYTES}`);
console.log(`${PICTURE}: ${size} bytes`);
