/** Finds a browser for tests: the one that comes with the dev dependencies, or an installed one. */

import type { Browser } from 'playwright-core';
import { installed, launchChromium, named, packaged } from '../../clients/browser/chromium.ts';

/** @returns a browser, or why there is none */
export async function launchBrowser(): Promise<Browser | string> {
  return await launchChromium([], [packaged, named, installed]).catch((error: Error) => error.message);
}
