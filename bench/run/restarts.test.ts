import { describe, expect, it } from 'vitest';
import type { CallMessage } from '../contract/child.ts';
import { cellSchema } from '../contract/result.ts';
import { isValid } from '../stats/metrics/valid.ts';
import { completed, type Fault, memoryLaboratory, memoryLane, memoryPlan } from '../tests/laboratory.ts';
import type { CellPlan, Restarts } from './cell-plan.ts';
import type { Laboratory } from './laboratory.ts';
import { runCell } from './run-cell.ts';

const never = new AbortController().signal;
const QUICK: Restarts = { kills: 3, reconnect: { spreadMs: 20, capMs: 80, deadlineMs: 200 } };
/** Long enough before the window that clients have a cursor when the first server dies, on a loaded machine too. */
const PLAN: Partial<CellPlan> = { procedure: 'reconnect', restarts: QUICK, warmupSeconds: 1, windowSeconds: 0.6 };
const { point } = memoryPlan(memoryLane());

interface Options {
  readonly fault?: Fault;
  /** The server that is faulty, from 1. */
  readonly nth?: number;
  readonly workers?: number;
  /** How long servers after the first one take to listen. */
  readonly startMs?: number;
}

function open({ fault, nth = 0, workers = 1, startMs = 0 }: Options = {}) {
  const lane = memoryLane();
  const good = memoryLaboratory(lane, { workers });
  const bad = memoryLaboratory(lane, { workers, ...(fault && { fault }) });
  let servers = 0;
  const laboratory: Laboratory = {
    ...good.laboratory,
    openServer() {
      const channel = (++servers === nth ? bad : good).laboratory.openServer();
      if (servers === 1 || startMs === 0) return channel;
      const delayOf = ({ call }: CallMessage) => (call === 'listen' ? startMs : 0);
      return { ...channel, send: (message) => void setTimeout(channel.send, delayOf(message), message) };
    },
  };
  const run = (plan: Partial<CellPlan> = {}, signal = never) =>
    runCell(memoryPlan(lane, { ...PLAN, ...plan }), laboratory, signal);
  return { run, servers: () => servers, living: () => good.living() + bad.living(), calls: good.calls };
}

describe.concurrent('a cell whose server is killed and started again', () => {
  it('misses nothing and repeats nothing: the new server has the same past', async () => {
    const { run, servers, living } = open({ workers: 2 });
    const cell = completed(await run());
    expect(servers()).toBe(1 + QUICK.kills);
    expect(cell.delivery).toEqual({
      expected: point.clients * 60,
      delivered: point.clients * 60,
      missing: 0,
      duplicated: 0,
      outOfOrder: 0,
      unexpected: 0,
    });
    expect(isValid(cell)).toBe(true);
    expect(cellSchema.safeParse(cell).error).toBeUndefined();
    expect(living()).toBe(0);
  });

  it('has the recovery of each client from each death', async () => {
    const { recovery } = completed(await open({ workers: 2 }).run());
    const all = QUICK.kills * point.clients;
    expect(recovery).toMatchObject({ kills: QUICK.kills, firstEvent: { count: all } });
    expect(recovery?.attempts).toBeGreaterThanOrEqual(all);
    expect(recovery?.attemptsByTenth.reduce((sum, count) => sum + count, 0)).toBe(recovery?.attempts);
    expect(recovery?.replayed).toBeGreaterThan(0);
  });

  it('reads the last server over the rest of the window, from the end of a slot on', async () => {
    const { run, calls } = open();
    completed(await run());
    const windows = calls.flatMap(({ child, call, params }) =>
      child === 'server' && call === 'measure' ? [(params as { windowNs: [number, number] }).windowNs] : [],
    );
    const [first, ...others] = windows;
    expect(others).toHaveLength(QUICK.kills);
    for (const [fromNs, toNs] of others) {
      // On a machine with other things to do, nothing may be left of the window.
      expect(toNs).toBeCloseTo(Math.max(first?.[1] ?? 0, fromNs + 10e6), 0);
      const slots = (fromNs - (first?.[0] ?? 0)) / 10e6;
      expect(slots).toBeCloseTo(Math.round(slots), 3);
    }
  });

  it('kills nobody in a cell that only delivers', async () => {
    const { run, servers } = open();
    const cell = completed(await run({ procedure: 'deliver', windowSeconds: 0.2 }));
    expect(servers()).toBe(1);
    expect(cell.recovery).toBeUndefined();
  });

  it.each([
    ['the first server dies by itself', 1, 'measure', 'warm-up'],
    ['a new server dies as it starts', 2, 'listen', 'measure'],
    ['a new server dies by itself', 2, 'measure', 'measure'],
  ])('fails when %s, with the signal', async (_name, nth, call, phase) => {
    const { run, living } = open({ nth, fault: { child: 'server', call, act: 'die' } });
    // Long enough that its own turn to be killed does not come before.
    expect(await run({ windowSeconds: 20 })).toMatchObject({ state: 'failed', phase, error: { signal: 'SIGSEGV' } });
    expect(living()).toBe(0);
  });

  it('misses nothing when the window is over before the last server has started', async () => {
    const cell = completed(await open({ startMs: 500 }).run());
    expect(isValid(cell)).toBe(true);
    expect(cell.recovery?.firstEvent.count).toBe(QUICK.kills * point.clients);
    expect(cell.warnings.map(({ code }) => code)).toContain('feed-lagged');
  });

  it('leaves no server behind when a worker dies between two deaths', async () => {
    const lane = memoryLane();
    const { laboratory, living, die } = memoryLaboratory(lane);
    let servers = 0;
    const openServer = () => {
      if (++servers === 2) setTimeout(die, 100, 'worker');
      return laboratory.openServer();
    };
    const cell = await runCell(memoryPlan(lane, { ...PLAN, windowSeconds: 2 }), { ...laboratory, openServer }, never);
    expect(cell).toMatchObject({ state: 'failed', error: { signal: 'SIGSEGV' } });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(living()).toBe(0);
  });

  it('that is aborted rejects, and its children are gone', async () => {
    const { run, servers, living } = open();
    const controller = new AbortController();
    const running = run({ windowSeconds: 2 }, controller.signal);
    expect
      .poll(servers)
      .toBe(2)
      .then(() => controller.abort());
    await expect(running).rejects.toThrow('aborted');
    expect(living()).toBe(0);
  });
});
