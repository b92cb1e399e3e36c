/**
 * Ties the clock of a page to ours. The page's is the monotonic clock too, from another zero: Chromium says where that lies, and
 * requests that are exchanged bound how far off that may be. The browser stamps each request when it begins to send it and when
 * the answer's first byte comes (Resource Timing, section 4.4), closer to the socket than a handler is, and we when it
 * comes and before we answer. So of several exchanges the latest answer and the earliest arrival bound the zero.
 */

import { createServer, type Server, type Socket } from 'node:net';
import type { PageClockReading } from '../../bench/contract/calls.ts';
import { nowNs } from '../../bench/measure/clock.ts';

/** In a page that is cross-origin isolated; the step's edge is blurred by up to one more. */
const STEP_NS = 5e3;
/** A bound is as close as the quickest of the exchanges: so many at a time, until it is close or the time is over. */
const EXCHANGES = { atOnce: 200, longestNs: 4e9, closeNs: 120e3 };

/** Whatever the page: its fetch and its stamps are of another origin. */
const ANSWER = Buffer.from(
  'HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nTiming-Allow-Origin: *\r\n' +
    'Cross-Origin-Resource-Policy: cross-origin\r\nCache-Control: no-store\r\nContent-Length: 0\r\n\r\n',
);

/** The page's stamps of requests that it sent one after another, in ms since its zero. */
export interface PageStamps {
  readonly sentMs: readonly number[];
  readonly answeredMs: readonly number[];
}

/** Makes the page send so many requests, each when the one before is answered. */
type AskPage = (url: string, count: number) => Promise<PageStamps>;

/** Of the page's zero on our clock. */
export interface Bounds {
  readonly earliestNs: number;
  readonly latestNs: number;
  readonly exchanges: number;
}

export class PageClock {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #receivedNs: number[] = [];
  #answeringNs: number[] = [];

  private constructor() {
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      // A head comes in one piece: it is short, and nothing else is on the loopback's way.
      socket.on('data', () => {
        this.#receivedNs.push(nowNs());
        this.#answeringNs.push(nowNs());
        socket.write(ANSWER);
      });
    });
  }

  static async open(): Promise<PageClock> {
    const clock = new PageClock();
    await new Promise<void>((resolve, reject) => {
      clock.#server.once('error', reject);
      clock.#server.listen(0, '127.0.0.1', resolve);
    });
    return clock;
  }

  /**
   * @throws Error when the page sent more or fewer requests than it was asked to
   */
  async exchange(ask: AskPage): Promise<Bounds> {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the clock of the page does not listen');
    const url = `http://127.0.0.1:${address.port}/`;
    let [earliestNs, latestNs, exchanges] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
    const untilNs = nowNs() + EXCHANGES.longestNs;
    while (exchanges === 0 || (nowNs() < untilNs && latestNs - earliestNs > EXCHANGES.closeNs)) {
      [this.#receivedNs, this.#answeringNs] = [[], []];
      const { sentMs, answeredMs } = await ask(url, EXCHANGES.atOnce);
      if (sentMs.length !== this.#receivedNs.length) {
        throw new Error(`the page stamped ${sentMs.length} requests, and ${this.#receivedNs.length} came`);
      }
      const latest = sentMs.map((ms, at) => (this.#receivedNs[at] ?? 0) - ms * 1e6 + STEP_NS);
      const earliest = answeredMs.map((ms, at) => (this.#answeringNs[at] ?? 0) - ms * 1e6 - STEP_NS);
      [earliestNs, latestNs] = [Math.max(earliestNs, ...earliest), Math.min(latestNs, ...latest)];
      exchanges += sentMs.length;
    }
    return { earliestNs, latestNs, exchanges };
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/**
 * @param zeroNs the page's zero on our clock, as the browser says
 * @throws Error when no zero fits the exchanges before and after: then one of the clocks drifted
 */
export function tie(before: Bounds, after: Bounds, zeroNs: number): { zeroNs: number; reading: PageClockReading } {
  const earliestNs = Math.max(before.earliestNs, after.earliestNs);
  const latestNs = Math.min(before.latestNs, after.latestNs);
  if (earliestNs > latestNs) {
    throw new Error(`the page's clock drifted by ${(earliestNs - latestNs) / 1e3} µs or more within the cell`);
  }
  const isToldByBrowser = zeroNs >= earliestNs && zeroNs <= latestNs;
  const chosenNs = isToldByBrowser ? zeroNs : (earliestNs + latestNs) / 2;
  const middleOf = (bounds: Bounds) => (bounds.earliestNs + bounds.latestNs) / 2;
  return {
    zeroNs: chosenNs,
    reading: {
      // A later zero makes each stamp, and so each latency, later.
      lessUs: (chosenNs - earliestNs) / 1e3,
      moreUs: (latestNs - chosenNs) / 1e3,
      driftUs: (middleOf(after) - middleOf(before)) / 1e3,
      exchanges: before.exchanges + after.exchanges,
      isToldByBrowser,
    },
  };
}
