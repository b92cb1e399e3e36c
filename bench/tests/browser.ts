/** Finds a browser for tests: the one that comes with the dev dependencies, or an installed one. */

import { existsSync } from 'node:fs';
import packaged from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const ARGS = [
  '--no-sandbox',
  '--headless=shell',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @returns a browser, or why there is none */
export async function launchBrowser(): Promise<Browser | string> {
  const reasons: string[] = [];
  for (const find of [packagedPath, installedPath]) {
    try {
      return await chromium.launch({ executablePath: await find(), args: ARGS });
    } catch (error) {
      reasons.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    }
  }
  return reasons.join('; ');
}

async function packagedPath(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`the packaged Chromium runs on Linux x64, this is ${process.platform} ${process.arch}`);
  }
  return packaged.executablePath();
}

async function installedPath(): Promise<string> {
  const path = [process.env['CHROME_PATH'], ...INSTALLED].find((one) => one !== undefined && existsSync(one));
  if (path === undefined) throw new Error('no Chrome or Chromium is installed; CHROME_PATH can name one');
  return path;
}
