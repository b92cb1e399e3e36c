/** One small cell of the browser scenario for each kind of client that a page has, in a real browser. */

import { describe, expect, it } from 'vitest';
import { lackOfChromium, launchChromium } from '../../clients/browser/chromium.ts';
import { findLane } from '../catalogue/lanes.ts';
import { cellSchema } from '../contract/result.ts';
import type { CellPlan } from '../run/cell-plan.ts';
import { runCell } from '../run/run-cell.ts';
import { isValid } from '../stats/metrics/valid.ts';
import { completed, memoryLaboratory, memoryPlan, pollingEvery } from './laboratory.ts';

/** Older ones send other headers than the profile's. */
const OLDEST_OF_PROFILE = 150;
const EVENTS = 20;
const CLIENTS = 2;
const PLAN: Partial<CellPlan> = {
  procedure: 'browser',
  point: { clients: CLIENTS, eventsPerSecond: 20, payloadBytes: 128, headers: 'browser' },
  probeClients: 1,
  warmupSeconds: 0.5,
  windowSeconds: 1,
};

const version = await versionOfChromium();
const missing = typeof version === 'string' ? version : undefined;
if (missing !== undefined && process.env['CI']) throw new Error(`in CI this must run: ${missing}`);
if (missing !== undefined) console.warn(`SKIPPED: no cell is measured in a browser: ${missing}`);

/** @returns why there is none, or its major version */
async function versionOfChromium(): Promise<string | number> {
  const lack = await lackOfChromium();
  if (lack !== undefined) return lack;
  try {
    const browser = await launchChromium();
    const major = Number.parseInt(browser.version(), 10);
    await browser.close();
    return major;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function measure(id: string, changes: Partial<CellPlan> = {}) {
  const lane = pollingEvery(100, findLane(id));
  const { laboratory, living } = memoryLaboratory(lane);
  const cell = completed(await runCell(memoryPlan(lane, { ...PLAN, ...changes }), laboratory, AbortSignal.any([])));
  expect(cellSchema.safeParse(cell).error).toBeUndefined();
  const expected = CLIENTS * EVENTS;
  const nothing = { missing: 0, duplicated: 0, outOfOrder: 0, unexpected: 0 };
  expect(cell.delivery, cell.warnings.map(({ text }) => text).join(' ')).toEqual({
    ...{ expected, delivered: expected },
    ...nothing,
  });
  expect(isValid(cell)).toBe(true);
  expect(living()).toBe(0);
  return cell;
}

describe('a page in Chromium', () => {
  it.for([
    ['polling', { hiddenPolls: { intervalMs: 100, perSecond: expect.any(Number) } }],
    ['long-polling', {}],
    ['sse', { streams: { asked: 12, open: 6 } }],
    ['sse-h2-own', { streams: { asked: 12, open: 12 } }],
    ['streaming', { streams: { asked: 12, open: 6 } }],
    ['websocket', { streams: { asked: 12, open: 12 } }],
  ] as const)(
    'gets each event once and in order, beside a probe, on a clock that is tied to ours: %s',
    async ([id, around], { skip }) => {
      skip(missing !== undefined, missing);
      const { browser, latency } = await measure(id);
      expect(latency.count).toBe(EVENTS);
      expect(browser?.latency?.count).toBe(EVENTS);
      const { lessUs = Number.NaN, moreUs = Number.NaN, exchanges = 0 } = browser?.clock ?? {};
      expect(lessUs + moreUs).toBeGreaterThan(0);
      expect(exchanges).toBeGreaterThan(0);
      expect(browser).toMatchObject(around);
    },
  );

  it.for(['polling', 'long-polling', 'sse', 'streaming', 'websocket'])(
    'sends heads as long as those of the profile browser, to the byte, as the ledger counts them: %s',
    async (id, { skip }) => {
      skip(missing !== undefined, missing);
      const { browser, wire } = await measure(id, { ledgerClients: 1 });
      expect(browser?.latency).toBeUndefined();
      expect(wire.ledger).toMatchObject({ residualBytes: 0, problems: [] });
      expect(wire.cell.clients.sentBytes).toBe(wire.cell.server.receivedBytes);
      const { requests = 0, bytes, profileBytes } = browser?.heads ?? {};
      expect(requests).toBeGreaterThan(0);
      skip(Number(version) < OLDEST_OF_PROFILE, `Chromium ${version} is older than that of the profile`);
      expect(bytes).toBe(profileBytes);
    },
  );
});
