/** Cells that are measured one after another in the same processes. */

import { describe, expect, it } from 'vitest';
import type { ConnectParams } from '../contract/calls.ts';
import type { Lane } from '../contract/lane.ts';
import { metricOf } from '../stats/metrics/metrics.ts';
import { isValid } from '../stats/metrics/valid.ts';
import { QUIET } from '../tests/fixture.ts';
import { completed, memoryLaboratory, memoryLane, memoryPlan, numberOf, withConnect } from '../tests/laboratory.ts';
import type { CellGroup, CellPlan } from './cell-plan.ts';
import type { Channel } from './children/child.ts';
import type { WatchedProcesses } from './laboratory.ts';
import { ProcessPool } from './process-pool.ts';
import { runCell, runCells } from './run-cell.ts';

const never = new AbortController().signal;
const { point } = memoryPlan(memoryLane());

/** One client, then all: with a probe, and the floor's CPU asked for. */
function groupOf(lane: Lane, clients: readonly number[] = [1, 3], changes: Partial<CellPlan> = {}): CellGroup {
  const planOf = (number: number, at: number) =>
    memoryPlan(lane, {
      point: { ...point, clients: number },
      order: at + 1,
      probeClients: 1,
      floorSeconds: 0.1,
      readsMemory: at === clients.length - 1,
      ...changes,
    });
  const [first, ...others] = clients.map(planOf);
  if (!first) throw new Error('no plan');
  return [first, ...others];
}

/** Heaps that grow by `perClient` bytes a client, from reading to reading. */
function heapsOf(perClient: number) {
  let readings = 0;
  const answer = () => ({ heapBytes: 9_000_000 + perClient * 100 * readings++ });
  return { child: 'server', call: 'readHeap', act: { answer } } as const;
}

describe.concurrent('a group', () => {
  it('is measured in the same processes, rehearsed once, and its memory read once, at the end', async () => {
    const lane = memoryLane();
    const { laboratory, calls, living } = memoryLaboratory(lane, { fault: heapsOf(5_000) });
    const cells = await runCells(groupOf(lane, [1, 3], { rehearsalSeconds: 0.2 }), laboratory, never);
    expect(cells.map(({ state, order }) => [state, order])).toEqual([
      ['completed', 1],
      ['completed', 2],
    ]);
    expect(cells.map((cell) => isValid(cell))).toEqual([true, true]);
    const expected = cells.map((cell) => completed(cell).delivery.expected);
    expect(expected).toEqual([20, 60]);
    const callsOf = (child: string) => calls.flatMap((one) => (one.child === child ? [one.call] : []));
    const window = ['listen', 'collect', 'hello', 'measure', 'close'];
    const reading = ['listen', 'stopCompiling', ...Array.from({ length: 5 }, () => 'readHeap'), 'close'];
    const rehearsal = ['listen', 'measure', 'close'];
    const floor = ['listen', 'collect', 'measureFloor', 'close'];
    expect(callsOf('server')).toEqual([
      ...['hello', 'hello', 'load'],
      ...rehearsal,
      ...window,
      ...window,
      ...floor,
      ...reading,
    ]);
    const clientsOf = calls.flatMap(({ child, call, params }) =>
      call === 'connect' ? [`${child} ${(params as ConnectParams).clients}`] : [],
    );
    expect(clientsOf.slice(-4)).toEqual(['probe 1', 'worker 2', 'probe 1', 'worker 3']);
    expect(living()).toBe(0);
  });

  it('has one floor, without clients, after its last cell', async () => {
    const lane = memoryLane();
    const { laboratory, calls } = memoryLaboratory(lane);
    const [cell] = await runCells(groupOf(lane, [3], { readsMemory: false }), laboratory, never);
    if (!cell) throw new Error('no cell');
    expect(completed(cell).floor?.elapsedUs).toBeGreaterThan(0);
    expect(calls.filter(({ child, call }) => child === 'server' && call === 'measureFloor')).toHaveLength(1);
    const [first] = calls.filter(({ call }) => call === 'measure' || call === 'connect');
    expect(first?.call).toBe('connect');
  });

  it('finds its processes again in the next round, without another start, rehearsal or floor', async () => {
    const lane = memoryLane();
    const { laboratory, calls, living } = memoryLaboratory(lane);
    const pool = new ProcessPool();
    const kept = { rehearsalSeconds: 0.2, readsMemory: false, keepsProcesses: true };
    const [first] = await runCells(groupOf(lane, [3], { ...kept, round: 1 }), laboratory, never, pool);
    const started = calls.length;
    expect(living()).toBeGreaterThan(0);
    const [next] = await runCells(
      groupOf(lane, [3], { ...kept, round: 2, keepsProcesses: false }),
      laboratory,
      never,
      pool,
    );
    const asked = calls.slice(started).flatMap(({ child, call }) => (child === 'server' ? [call] : []));
    expect(asked).toEqual(['listen', 'collect', 'hello', 'measure', 'close']);
    expect([first, next].map((cell) => cell && isValid(cell))).toEqual([true, true]);
    const floors = [first, next].map((cell) => cell && completed(cell).floor);
    expect(floors[0]).toBeDefined();
    expect(floors[1]).toEqual(floors[0]);
    expect(living()).toBe(0);
  });

  it('starts anew where a kept process died, or the crowd may no longer give way', async () => {
    const lane = memoryLane();
    const { laboratory, calls, living, die } = memoryLaboratory(lane);
    const pool = new ProcessPool();
    let mayYield = false;
    const changing = { ...laboratory, canYieldToProbe: async () => mayYield };
    const group = groupOf(lane, [3], { readsMemory: false, keepsProcesses: true });
    const starts = () => calls.filter(({ child, call }) => child === 'server' && call === 'load').length;
    await runCells(group, changing, never, pool);
    die('server');
    const [after] = await runCells(group, changing, never, pool);
    expect([after?.state, starts()]).toEqual(['completed', 2]);
    mayYield = true;
    await runCells(group, changing, never, pool);
    expect(starts()).toBe(3);
    await pool.end();
    expect(living()).toBe(0);
  });

  it('starts anew where a point has clients for a process that the point before had none for', async () => {
    const lane = memoryLane();
    const { laboratory, calls, living } = memoryLaboratory(lane);
    const pool = new ProcessPool();
    const kept = { readsMemory: false, keepsProcesses: true };
    const one = await runCells(groupOf(lane, [1], kept), laboratory, never, pool);
    const three = await runCells(groupOf(lane, [3], kept), laboratory, never, pool);
    const again = await runCells(groupOf(lane, [1], kept), laboratory, never, pool);
    expect([...one, ...three, ...again].map((cell) => isValid(cell))).toEqual([true, true, true]);
    expect(calls.filter(({ child, call }) => child === 'server' && call === 'load')).toHaveLength(2);
    await pool.end();
    expect(living()).toBe(0);
  });

  it('has the memory of its last cell: the slope over numbers of clients', async () => {
    const lane = memoryLane();
    const { laboratory } = memoryLaboratory(lane, { fault: heapsOf(5_000) });
    const [one, all] = (await runCells(groupOf(lane), laboratory, never)).map(completed);
    expect(one?.memory).toBeUndefined();
    expect(all?.memory?.readings.map(({ clients }) => clients)).toEqual([3, 103, 203, 303, 403]);
    expect(all?.memory?.perClientBytes).toBeCloseTo(5_000, 6);
  });

  it('with a failure in the second cell fails that one and those after it', async () => {
    const lane = memoryLane();
    let windows = 0;
    const answer = (measured: object) => (++windows === 2 ? { ...measured, achievedEventsPerSecond: -1 } : measured);
    const { laboratory, living } = memoryLaboratory(lane, {
      fault: { child: 'server', call: 'measure', act: { answer } },
    });
    const cells = await runCells(groupOf(lane, [1, 2, 3]), laboratory, never);
    expect(cells.map(({ state }) => state)).toEqual(['completed', 'failed', 'failed']);
    expect(cells.map((one) => one.point.clients)).toEqual([1, 2, 3]);
    for (const cell of cells.slice(1)) {
      expect(cell.state === 'failed' && cell.error.message).toContain('achievedEventsPerSecond');
    }
    expect(living()).toBe(0);
  });

  it('that loses an event in its first cell has that one invalid alone', async () => {
    const lane = memoryLane((event, deliver) => numberOf(event) !== 25 && deliver(event));
    const { laboratory } = memoryLaboratory(lane, { drainMs: 500 });
    const short = { warmupSeconds: 0.1, windowSeconds: 0.1, readsMemory: false };
    const [one, all] = groupOf(lane, [1, 3], short);
    if (!all) throw new Error('no plan');
    const cells = await runCells([{ ...one, windowSeconds: 0.2 }, all], laboratory, never);
    expect(cells.map((cell) => isValid(cell))).toEqual([false, true]);
  });
});

describe.concurrent('memory', () => {
  const READS = { readsMemory: true };

  it('is not there where not all of the clients can be opened, and the cell holds', async () => {
    let opened = 0;
    const lane = withConnect(memoryLane(), (connect) => (context, ...others) => {
      if (++opened > 150) throw new Error('connect EMFILE');
      return connect(context, ...others);
    });
    const { laboratory, living } = memoryLaboratory(lane, { fault: heapsOf(5_000), workers: 2 });
    const cell = completed(await runCell(memoryPlan(lane, READS), laboratory, never));
    expect(opened).toBeGreaterThan(150);
    expect(cell).not.toHaveProperty('memory');
    expect(metricOf('server.heapPerClientBytes').of(cell)).toBeUndefined();
    expect(isValid(cell)).toBe(true);
    expect(living()).toBe(0);
  });

  it('fails the cell where a process ends at it', async () => {
    const lane = memoryLane();
    const fault = { child: 'server', call: 'readHeap', act: 'die' } as const;
    const cell = await runCell(memoryPlan(lane, READS), memoryLaboratory(lane, { fault }).laboratory, never);
    expect(cell).toMatchObject({ state: 'failed', phase: 'memory', error: { signal: 'SIGSEGV' } });
  });

  it('is not told by readings that do not lie on a line', async () => {
    const lane = memoryLane();
    let readings = 0;
    const answer = () => ({ heapBytes: 9_000_000 + (readings++ % 2) * 500_000 });
    const fault = { child: 'server', call: 'readHeap', act: { answer } } as const;
    const cell = completed(await runCell(memoryPlan(lane, READS), memoryLaboratory(lane, { fault }).laboratory, never));
    expect(cell.memory?.perClientBytes).toBeNull();
    expect(cell.memory?.readings).toHaveLength(5);
  });
});

describe.concurrent('the crowd', () => {
  /** A cell whose children have process ids, with what they were asked for. */
  async function runWith(mayYield: boolean, changes: Partial<CellPlan> = {}) {
    const lane = memoryLane();
    const { laboratory } = memoryLaboratory(lane, { workers: 2 });
    const asked: (readonly number[])[] = [];
    const watched: WatchedProcesses[] = [];
    const as = (channel: Channel, pid: number): Channel => ({ ...channel, pid });
    const cell = completed(
      await runCell(
        memoryPlan(lane, { probeClients: 1, ledgerClients: 1, ...changes }),
        {
          ...laboratory,
          openServer: () => as(laboratory.openServer(), 10),
          openWorker: (index) => as(laboratory.openWorker(index), 20 + index),
          openProbe: () => as(laboratory.openProbe(), 30),
          openRelay: () => as(laboratory.openRelay(), 40),
          canYieldToProbe: async () => mayYield,
          async yieldToProbe(pids) {
            asked.push(pids);
            return 'idle';
          },
          watchMachine(processes) {
            watched.push(processes);
            return async () => QUIET;
          },
        },
        never,
      ),
    );
    return { cell, asked, watched };
  }

  it('gives way to the probe, and the relay with it; then neither is watched', async () => {
    const { cell, asked, watched } = await runWith(true);
    expect(asked).toEqual([[20, 21, 40]]);
    expect(cell.probes).toMatchObject({ clients: 1, reader: 'library', crowdPolicy: 'idle' });
    expect(watched).toEqual([{ server: 10, probe: 30, link: undefined, crowd: [] }]);
  });

  it('does not where it may not, and is watched', async () => {
    const { cell, asked, watched } = await runWith(false);
    expect(asked).toEqual([]);
    expect(cell.probes?.crowdPolicy).toBe('normal');
    expect(watched).toEqual([{ server: 10, probe: 30, link: undefined, crowd: [20, 21, 40] }]);
  });

  it('does not without a probe, nor is there one beside a single client', async () => {
    const { asked, watched, cell } = await runWith(true, { probeClients: 0 });
    expect(asked).toEqual([]);
    expect(cell.probes).toBeUndefined();
    expect(watched[0]).toMatchObject({ probe: undefined, crowd: [20, 21, 40] });
    const alone = await runWith(true, { point: { ...point, clients: 1 }, ledgerClients: 0 });
    expect(alone.asked).toEqual([]);
    expect(alone.watched).toEqual([{ server: 10, probe: 30, link: undefined, crowd: [] }]);
  });
});
