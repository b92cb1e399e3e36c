/** Finds and starts a Chromium: the one that CHROME_PATH names, an installed one, or the one in an npm package. */

import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';

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

/** What playwright switches off for tests, and users have: a tab in the background is slowed down. */
const THROTTLING = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

/** Finds an executable. @throws Error that says why it can't */
export type Finder = () => Promise<string>;

export const named: Finder = async () => {
  const path = process.env['CHROME_PATH'];
  if (path === undefined || path === '') throw new Error('CHROME_PATH names none');
  if (!existsSync(path)) throw new Error(`CHROME_PATH names ${path}, which does not exist`);
  return path;
};

export const installed: Finder = async () => {
  const path = INSTALLED.find((one) => existsSync(one));
  if (path === undefined) throw new Error('no Chrome or Chromium is installed');
  return path;
};

export const packaged: Finder = async () => {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`@sparticuz/chromium runs on Linux x64, this is ${process.platform} ${process.arch}`);
  }
  const { default: chromium } = await import('@sparticuz/chromium').catch(() => {
    throw new Error('the package @sparticuz/chromium is not installed');
  });
  return chromium.executablePath();
};

const FINDERS: readonly Finder[] = [named, installed, packaged];

/** @returns why there is none, and what to do about it; undefined where one was found */
export async function lackOfChromium(finders = FINDERS): Promise<string | undefined> {
  const reasons: string[] = [];
  for (const find of finders) {
    try {
      await find();
      return undefined;
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  return `needs Chromium (${reasons.join('; ')}): install Chrome or Chromium, or name one with CHROME_PATH`;
}

/**
 * Starts the first that starts.
 *
 * @param args besides those of every start
 * @throws Error with the reason of each that did not
 */
export async function launchChromium(args: readonly string[] = [], finders = FINDERS): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  const reasons: string[] = [];
  for (const find of finders) {
    try {
      const executablePath = await find();
      return await chromium.launch({ executablePath, args: [...ARGS, ...args], ignoreDefaultArgs: THROTTLING });
    } catch (error) {
      reasons.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    }
  }
  throw new Error(reasons.join('; '));
}
