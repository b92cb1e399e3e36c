/**
 * One client in the page of a Chromium that is started for it. The page keeps each event with its stamp; when the window is over,
 * all come here at once, and go through the same audit as those of any other load.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { InPage, MeasureParams } from '../../bench/contract/calls.ts';
import { addressOf } from '../../bench/contract/child.ts';
import type { PageClient } from '../../bench/contract/lane.ts';
import { nowNs, sleepUntil } from '../../bench/measure/clock.ts';
import type { Load, LoadSpec } from '../load/load.ts';
import { Receiver } from '../load/receiver.ts';
import { contextOf, isTimed } from '../load/swarm.ts';
import { gridOffsetMs } from '../transports/poll-grid.ts';
import { HTTP_CLIENT_DEFAULTS } from '../wire/http.ts';
import { profileHeadBytes } from './head-bytes.ts';
import { type ClientSpec, OpenPage } from './open-page.ts';
import { PageClock, tie } from './page-clock.ts';

/** Between two looks at how many events the page has, after the window. */
const LOOK_MS = 50;
/** More than the six connections to an origin that browsers open over HTTP/1.1. */
const STREAMS_ASKED = 12;
/** Of pushed events: a page holds a stream for each client. */
const STREAMS: readonly PageClient[] = ['EventSource', 'WebSocket', 'stream'];
const HIDDEN_MS = 3_000;
const INTERVAL_MS = 1_000;

/** @throws Error where no Chromium starts, for more than one client, and when it can't connect */
export async function openPageLoad(spec: LoadSpec): Promise<Load> {
  const { url, clients, firstClient, page: kind } = spec;
  if (clients !== 1 || kind === undefined) throw new Error(`a page holds one client of a browser's, not ${clients}`);
  const { phase, via } = contextOf(spec, firstClient);
  const origin = new URL(url).origin.replace(/^ws/, 'http');
  const { over, ...options } = { ...HTTP_CLIENT_DEFAULTS, ...spec.options } as PageOptions;
  const receiver = new Receiver();
  const sink = receiver.addClient(isTimed(spec, firstClient));
  const clock = await PageClock.open();
  const page = await OpenPage.open(origin, via && { from: addressOf(origin), to: via }).catch(async (error) => {
    await clock.close();
    throw error;
  });
  const close = async () => {
    receiver.stop();
    await page.close();
    await clock.close();
  };
  const exchange = () => clock.exchange((to, count) => page.stampRequests(to, count));
  const client: ClientSpec = {
    path: new URL(url).pathname,
    ...(options.holdSeconds && { holdSeconds: options.holdSeconds }),
  };
  const connected = async () => {
    const toldNs = await page.zeroNs();
    const before = await exchange();
    await page.openClient(kind, { ...client, ...(kind === 'poll' && { pollGrid: gridOf(options, phase, toldNs) }) });
    return { toldNs, before, pids: await page.processIds() };
  };
  const { toldNs, before, pids } = await connected().catch(async (error) => {
    await close();
    throw error;
  });

  /** What is only seen beside deliveries; not where the ledger would count it. */
  const lookAround = async (): Promise<Pick<InPage, 'streams' | 'hiddenPolls'>> => {
    if (via !== undefined) return {};
    if (STREAMS.includes(kind)) {
      return { streams: { asked: STREAMS_ASKED, open: await page.openAtOnce(kind, client, STREAMS_ASKED) } };
    }
    const { intervalMs = INTERVAL_MS } = options;
    const perSecond = kind === 'poll' ? await page.hiddenPollsPerSecond(intervalMs, HIDDEN_MS) : undefined;
    return perSecond === undefined ? {} : { hiddenPolls: { intervalMs, perSecond } };
  };

  return {
    deliveries: 0,
    pids,
    async run(params) {
      const drained = receiver.start(params);
      await untilReceived(page, params);
      const after = await exchange();
      const { texts, stampsMs, requests, problem } = await page.take();
      const { zeroNs, reading } = tie(before, after, toldNs);
      for (const [at, text] of texts.entries()) sink.event(text, zeroNs + (stampsMs[at] ?? 0) * 1e6);
      if (problem !== undefined) receiver.problem(problem);
      const around = await lookAround();
      await drained;
      const browser: InPage = {
        version: page.version,
        clock: reading,
        isTimed: isTimed(spec, firstClient),
        ...around,
        ...(over === 'http' && { profileHeads: profileHeadBytes(requests, origin) }),
      };
      return { ...receiver.report(), browser };
    },
    close,
  };
}

interface PageOptions {
  readonly over: 'http' | 'https' | 'h2';
  readonly intervalMs?: number;
  readonly eventSlotMs?: number;
  readonly holdSeconds?: number;
}

/** The grid of all polling clients, on the page's clock. */
function gridOf(
  { intervalMs = INTERVAL_MS, eventSlotMs = 0 }: Omit<PageOptions, 'over'>,
  phase: number,
  zeroNs: number,
) {
  const offsetMs = gridOffsetMs(phase, { intervalMs, eventSlotMs }) - ((zeroNs / 1e6) % intervalMs);
  return { offsetMs, intervalMs };
}

/** Resolves when the window is over and the page has every event, or at `giveUpNs`. */
async function untilReceived(page: OpenPage, params: MeasureParams): Promise<void> {
  const { windowNs, giveUpNs, warmupEvents, windowEvents } = params;
  await sleepUntil(windowNs[1]);
  for (;;) {
    // Others read their counts at the window's end.
    await sleep(LOOK_MS);
    const { count, problem } = await page.received();
    if (count >= warmupEvents + windowEvents || problem !== undefined || nowNs() >= giveUpNs) return;
  }
}
