/** Cells whose clients send messages: first in memory, then with every transport's own sockets. */

import { describe, expect, it } from 'vitest';
import { findLane } from '../catalogue/lanes.ts';
import type { Lane } from '../contract/lane.ts';
import { type CompletedCell, cellSchema } from '../contract/result.ts';
import type { CellPlan } from '../run/cell-plan.ts';
import { runCell } from '../run/run-cell.ts';
import { isValid } from '../stats/metrics/valid.ts';
import { type Answer, echoLane } from './echo-lane.ts';
import { completed, memoryLaboratory, memoryLane, memoryPlan, pollingEvery } from './laboratory.ts';

const never = new AbortController().signal;
const { point } = memoryPlan(memoryLane());
/** Four messages of each of three clients in the window, and two before it. */
const PLAN: Partial<CellPlan> = { point: { ...point, eventsPerSecond: 0, messagesPerSecond: 20 } };
const ALL = 3 * (2 + 4);

async function runWith(lane: Lane, plan: Partial<CellPlan> = {}, options: { workers?: number; drainMs?: number } = {}) {
  return await runCell(memoryPlan(lane, { ...PLAN, ...plan }), memoryLaboratory(lane, options).laboratory, never);
}

async function completedWith(...changes: Parameters<typeof runWith>): Promise<CompletedCell> {
  return completed(await runWith(...changes));
}

const lost = ({ warnings }: CompletedCell) => warnings.find(({ code }) => code === 'lost')?.text;

describe.concurrent('a cell whose clients send messages', () => {
  it('counts those of the window, each timed to its echo, and has nothing to complain of', async () => {
    const texts: string[] = [];
    const lane = echoLane(async (text) => {
      texts.push(text);
      return text;
    });
    const cell = await completedWith(lane);
    expect(texts).toHaveLength(ALL);
    expect(new Set(texts.map((text) => Buffer.byteLength(text)))).toEqual(new Set([point.payloadBytes]));
    expect(cell.upstream).toMatchObject({ messages: 12, echo: { count: 12 } });
    expect(cell.upstream?.echo.minUs).toBeGreaterThan(0);
    expect(cell.window).toMatchObject({ warmupEvents: 0, events: 0 });
    expect(cell.window.seconds).toBeCloseTo(0.2, 6);
    expect(cell.delivery).toMatchObject({ expected: 0, missing: 0, unexpected: 0 });
    expect(isValid(cell)).toBe(true);
    expect(cellSchema.safeParse(cell).error).toBeUndefined();
  });

  it('merges what its workers saw', async () => {
    const cell = await completedWith(echoLane(), {}, { workers: 2 });
    expect(cell.upstream).toMatchObject({ messages: 12, echo: { count: 12 } });
    expect(isValid(cell)).toBe(true);
  });

  it('gets its events too, where there are any', async () => {
    const cell = await completedWith(echoLane(), { point: { ...point, messagesPerSecond: 20 } });
    expect(cell.delivery).toMatchObject({ expected: 60, delivered: 60, unexpected: 0 });
    expect(cell.upstream?.messages).toBe(12);
    expect(isValid(cell)).toBe(true);
  });

  it('sends the next message when it is due and not when the one before is answered, and times from that instant', async () => {
    let sentBeforeFirstEcho = 0;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const lane = echoLane(async (text, count) => {
      if (count < ALL) sentBeforeFirstEcho = count;
      else release();
      await held;
      return text;
    });
    const cell = await completedWith(lane);
    expect(sentBeforeFirstEcho).toBe(ALL - 1);
    // The first of the window waited for three more slots of 50 ms, less what the last one of all fell earlier into its own.
    expect(cell.upstream?.echo.maxUs).toBeGreaterThan(100_000);
    expect(isValid(cell)).toBe(true);
  });

  it.each<[string, Answer, RegExp]>([
    [
      'is refused',
      async (text, count) => (count === 9 ? Promise.reject(new Error('too long')) : text),
      /echo lost: too long/,
    ],
    ['is another text', async (text, count) => (count === 9 ? `${text}!` : text), /not its echo: \d/],
    [
      'never comes',
      (text, count) => (count === 9 ? new Promise(() => {}) : Promise.resolve(text)),
      /did not come in time/,
    ],
    [
      'is refused before the window',
      async (text, count) => (count === 1 ? Promise.reject(new Error('shut')) : text),
      /shut/,
    ],
  ])('is invalid when an echo %s, and says so', async (_name, answer, words) => {
    const cell = await completedWith(echoLane(answer), {}, { drainMs: 500 });
    expect(cell.delivery).toMatchObject({ expected: 0, missing: 0, unexpected: 1 });
    expect(lost(cell)).toMatch(words);
    expect(isValid(cell)).toBe(false);
  });

  describe('when echoes come out of turn', () => {
    const outOfTurn = (isMultiplexed: boolean) => {
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const answer: Answer = async (text, count) => {
        if (count === 1) await held;
        // The same client's second message is among the first of the other slots.
        if (count === 10) release();
        return text;
      };
      return echoLane(answer, isMultiplexed);
    };

    it('is invalid', async () => {
      const cell = await completedWith(outOfTurn(false));
      expect(cell.delivery.unexpected).toBe(1);
      expect(lost(cell)).toMatch(/echo out of turn: message -1 of client \d/);
    });

    it('is valid where messages go beside each other', async () => {
      const cell = await completedWith(outOfTurn(true));
      expect(cell.upstream).toMatchObject({ messages: 12, echo: { count: 12 } });
      expect(isValid(cell)).toBe(true);
    });
  });

  it('fails at once, with the reason, where clients have no way to send', async () => {
    const cell = await runWith(memoryLane());
    expect(cell).toMatchObject({ state: 'failed', phase: 'warm-up' });
    expect(cell.state === 'failed' && cell.error.message).toContain('no way to send messages to the server');
  });
});

describe.concurrent.each([
  'tcp',
  'polling',
  'polling-close',
  'polling-h2',
  'long-polling',
  'sse',
  'sse-h2',
  'websocket',
  'websocket-deflate',
])('over %s', (id) => {
  it('every message comes back, and both sides count the same bytes', async () => {
    // Long enough for both readings of the sockets to come while messages go, on a loaded machine too.
    const cell = await completedWith(pollingEvery(40, findLane(id)), { windowSeconds: 1 });
    expect(lost(cell)).toBeUndefined();
    expect(cell.upstream).toMatchObject({ messages: 60, echo: { count: 60 } });
    expect(cell.wire.window.clients.sentBytes).toBeGreaterThan(0);
    expect(isValid(cell)).toBe(true);
  });
});
