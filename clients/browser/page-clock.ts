/**
 * Ties the clock of a page to ours. The page's is the monotonic clock too, from another zero: Chromium says where that lies, and
 * stamps that are exchanged bound how far off that may be. A stamp of the page lies between our readings before the
 * question and after the answer, so of several exchanges the latest question and the earliest answer bound the zero.
 */

import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { PageClockReading } from '../../bench/contract/calls.ts';
import { nowNs } from '../../bench/measure/clock.ts';

/** In a page that is cross-origin isolated; the step's edge is blurred by up to one more. */
const STEP_NS = 5e3;
/** A bound is as close as the quickest of the exchanges: so many at least, and more until it is close or the time is over. */
const EXCHANGES = { least: 200, closeNs: 75e3, longestNs: 2e9 };

/** One text frame of one byte (RFC 6455, section 5.2), in one write. */
const QUESTION = Buffer.from([0x81, 1, '?'.charCodeAt(0)]);

export interface Bounds {
  readonly earliestNs: number;
  readonly latestNs: number;
  readonly exchanges: number;
}

/** The page connects to it; nothing passes between two exchanges. */
export class PageClock {
  readonly #server: Server;
  readonly #page: Promise<{ readonly ws: WebSocket; readonly socket: Socket }>;

  private constructor(server: Server) {
    this.#server = server;
    const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
    this.#page = new Promise((resolve) => {
      server.once('upgrade', (request, socket, head) => {
        sockets.handleUpgrade(request, socket, head, (ws) => resolve({ ws, socket: socket as Socket }));
      });
    });
  }

  static async open(): Promise<PageClock> {
    const server = createServer();
    const clock = new PageClock(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return clock;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /**
   * Bounds of the page's zero on our clock.
   *
   * @param toldNs where it is taken to be: both bounds should come close to it
   * @throws Error when the page is gone
   */
  async exchange(toldNs: number): Promise<Bounds> {
    const { ws, socket } = await this.#page;
    let [earliestNs, latestNs, exchanges, answeredNs] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0];
    let leave: (error: Error) => void = () => {};
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(new Error('the page left its clock'));
    });
    ws.once('close', leave);
    // Before ws reads the bytes.
    const stamp = () => {
      answeredNs = nowNs();
    };
    socket.prependListener('data', stamp);
    const untilNs = nowNs() + EXCHANGES.longestNs;
    const isClose = () => toldNs - earliestNs < EXCHANGES.closeNs && latestNs - toldNs < EXCHANGES.closeNs;
    while (exchanges < EXCHANGES.least || (!isClose() && nowNs() < untilNs)) {
      const answer = new Promise<number>((resolve) => ws.once('message', (data) => resolve(Number(data))));
      const askedNs = nowNs();
      socket.write(QUESTION);
      const pageNs = (await Promise.race([answer, left])) * 1e6;
      earliestNs = Math.max(earliestNs, askedNs - pageNs - STEP_NS);
      latestNs = Math.min(latestNs, answeredNs - pageNs + STEP_NS);
      exchanges++;
    }
    socket.off('data', stamp);
    ws.off('close', leave);
    return { earliestNs, latestNs, exchanges };
  }

  async close(): Promise<void> {
    const page = await Promise.race([this.#page, undefined]);
    page?.ws.terminate();
    this.#server.close();
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
  const middleNs = (earliestNs + latestNs) / 2;
  const isToldByBrowser = zeroNs >= earliestNs && zeroNs <= latestNs;
  const chosenNs = isToldByBrowser ? zeroNs : middleNs;
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
