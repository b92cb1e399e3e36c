/** A page of the server's origin in a Chromium of its own, and the calls of the script in it (`page/page.ts`). */

import { readFileSync } from 'node:fs';
import type { Browser, CDPSession, Page } from 'playwright-core';
import type { Address } from '../../bench/contract/calls.ts';
import type { PageClient } from '../../bench/contract/lane.ts';
import { compiled } from '../../bench/contract/paths.ts';
import { launchChromium } from './chromium.ts';
import type { Requests } from './head-bytes.ts';
import { hiddenPollsPerSecond } from './hidden-tab.ts';
import type { PageStamps } from './page-clock.ts';

/** What a page's client is opened with, besides its kind. */
export interface ClientSpec {
  readonly path: string;
  /** Polls lie at multiples of the interval from the offset on, in ms on the page's clock. */
  readonly pollGrid?: { readonly offsetMs: number; readonly intervalMs: number };
  readonly holdSeconds?: number;
}

interface Taken {
  readonly texts: readonly string[];
  /** ms since the page's zero, of each text. */
  readonly stampsMs: readonly number[];
  readonly requests: Requests;
  readonly problem?: string;
}

/** A page whose clock steps by 5 µs and not by 100 (HR-Time 3, section 7.2). */
const ISOLATION = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
/** How long after the last of several streams opened no more is expected. */
const PATIENCE_MS = 500;

export class OpenPage {
  readonly version: string;
  readonly #browser: Browser;
  readonly #page: Page;
  readonly #session: CDPSession;

  private constructor(browser: Browser, page: Page, session: CDPSession) {
    this.version = browser.version();
    this.#browser = browser;
    this.#page = page;
    this.#session = session;
  }

  /**
   * The page itself is given by the driver: the server sees the requests of its clients alone, which name its origin.
   *
   * @param detour where connections to the origin really go
   * @throws Error where Chromium does not start, or the page is not isolated
   */
  static async open(
    origin: string,
    detour: { readonly from: Address; readonly to: Address } | undefined,
  ): Promise<OpenPage> {
    const mapped = detour && `MAP ${text(detour.from)} ${text(detour.to)}`;
    const browser = await launchChromium(mapped === undefined ? [] : [`--host-resolver-rules=${mapped}`]);
    try {
      const context = await browser.newContext({ ignoreHTTPSErrors: true });
      // Without it, a page that came from no address would wait for somebody to allow it to connect to the loopback.
      await context.grantPermissions(['local-network-access']).catch(() => {});
      const page = await context.newPage();
      const session = await context.newCDPSession(page);
      await serve(page, session, origin);
      await session.send('Performance.enable', { timeDomain: 'timeTicks' });
      if (!(await page.evaluate<boolean>('crossOriginIsolated'))) throw new Error('the page is not isolated');
      return new OpenPage(browser, page, session);
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /** Sends so many requests, one after another, that are no client's. */
  stampRequests(url: string, count: number): Promise<PageStamps> {
    return this.#call('stampRequests', url, count);
  }

  /** The page's zero in ns of the monotonic clock, as Chromium says. */
  async zeroNs(): Promise<number> {
    const { metrics } = await this.#session.send('Performance.getMetrics');
    const seconds = metrics.find(({ name }) => name === 'NavigationStart')?.value;
    if (seconds === undefined) throw new Error('Chromium does not say when the page began');
    return seconds * 1e9;
  }

  openClient(kind: PageClient, spec: ClientSpec): Promise<void> {
    return this.#call('open', kind, spec);
  }

  received(): Promise<{ readonly count: number; readonly problem?: string }> {
    return this.#call('received');
  }

  /** Closes the client, and gives all that it had. */
  take(): Promise<Taken> {
    return this.#call('take');
  }

  openAtOnce(kind: PageClient, spec: ClientSpec, asked: number): Promise<number> {
    return this.#call('openAtOnce', kind, spec, asked, PATIENCE_MS);
  }

  /** Of a tab in the background with a timer of that interval; undefined where this browser does not hide it. */
  hiddenPollsPerSecond(intervalMs: number, forMs: number): Promise<number | undefined> {
    return hiddenPollsPerSecond(this.#browser, intervalMs, forMs);
  }

  async processIds(): Promise<number[]> {
    const session = await this.#browser.newBrowserCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    await session.detach();
    return processInfo.map(({ id }) => id);
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  #call<T>(name: string, ...args: readonly unknown[]): Promise<T> {
    const given = args.map((one) => JSON.stringify(one)).join(', ');
    return this.#page.evaluate<T>(`pushlab.${name}(${given})`);
  }
}

/** Answers the page's own request in the server's place, and no other. */
async function serve(page: Page, session: CDPSession, origin: string): Promise<void> {
  const script = readFileSync(compiled('clients/browser/page/page'), 'utf8').replace(
    /^\/\/# sourceMappingURL=.*$/m,
    '',
  );
  const html = `<!doctype html><link rel="icon" href="data:,"><title>Pushlab</title><script type="module">${script}</script>`;
  session.on('Fetch.requestPaused', ({ requestId }) => {
    const responseHeaders = Object.entries(ISOLATION).map(([name, value]) => ({ name, value }));
    const body = Buffer.from(html).toString('base64');
    void session.send('Fetch.fulfillRequest', { requestId, responseCode: 200, responseHeaders, body }).catch(() => {});
  });
  await session.send('Fetch.enable', { patterns: [{ urlPattern: '*', resourceType: 'Document' }] });
  await page.goto(`${origin}/`);
  await session.send('Fetch.disable');
}

function text({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
