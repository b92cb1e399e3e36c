/** Makes the pictures of the README, as a browser shows them: the head of the published run's page, and the live page. `npm run picture` */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { compiled, projectRoot } from '../contract/paths.ts';
import { launchBrowser } from './browser.ts';

/** A README loads it whenever it is read. */
const MAX_BYTES = 150_000;
const SIZE = { width: 1280, height: 900 } as const;
const HEIGHTS = [900, 800, 700, 600, 500];
const MARGIN_PX = 16;
const LESSON = 'Over a distance';
/** Until the lanes are full. */
const FULL_MS = 9_000;

const browser = await launchBrowser();
if (typeof browser === 'string') throw new Error(`the pictures need a browser: ${browser}`);
const server = spawn(process.execPath, [compiled('servers/serve'), '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const page = await browser.newPage({ viewport: SIZE, colorScheme: 'light' });
  await page.goto(pathToFileURL(join(projectRoot, 'results/reference/report.html')).href);
  await take(page, 'docs/page.png');
  await page.goto(await liveAddress(server));
  await page.getByRole('button', { name: LESSON, exact: true }).click();
  await page.waitForTimeout(FULL_MS);
  const columns = await page.locator('.legend').boundingBox();
  await take(page, 'docs/live.png', (columns?.y ?? 0) - MARGIN_PX);
} finally {
  server.kill();
  await browser.close();
}

/** As high as its bytes allow. @param top where it begins, in px */
async function take(page: Page, name: string, top = 0): Promise<void> {
  const path = join(projectRoot, name);
  for (const height of HEIGHTS) {
    const clip = { x: 0, y: top, width: SIZE.width, height };
    const png = await page.screenshot({ clip, fullPage: top > 0, animations: 'disabled' });
    writeFileSync(path, png);
    if (png.length <= MAX_BYTES) break;
  }
  const { size } = statSync(path);
  if (size > MAX_BYTES) throw new Error(`${path} has ${size} bytes, and may have ${MAX_BYTES}`);
  console.log(`${path}: ${size} bytes`);
}

async function liveAddress({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error('the server has no output');
  const lines = createInterface(stdout);
  const told = new Promise<string>((resolve) => {
    lines.on('line', (line) => {
      const [, address] = /^The live page: (\S+)$/.exec(line) ?? [];
      if (address) resolve(address);
    });
  });
  const ended = once(lines, 'close').then(() => Promise.reject(new Error('the server ended before it listened')));
  return await Promise.race([told, ended]);
}
