/** `self` as a user runs it: one small pair of each program that lanes are held against, in processes of their own. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findLane } from '../catalogue/lanes.ts';
import { openLaboratory } from '../cli/laboratory.ts';
import { selfSchema } from '../contract/files/self.ts';
import { projectRoot } from '../contract/paths.ts';
import type { CompletedCell } from '../contract/result.ts';
import { inspectNode } from '../machine/node-binary.ts';
import type { CellPlan } from '../run/cell-plan.ts';
import { runCell } from '../run/run-cell.ts';
import { bareLaboratory } from '../self/pairs.ts';
import { validCell } from '../self/readings.ts';
import { start, testWithFolder } from './cli.ts';
import { memoryPlan } from './laboratory.ts';

describe.concurrent('the laboratory against itself', () => {
  testWithFolder('measures a pair to its end, and keeps ratios', async ({ folder }) => {
    const flags = ['--clients', '5', '--rate', '20', '--turns', '1'];
    const { ended } = start(['--results', folder, 'self', '--pairs', 'fan-out-tcp,one-client-tcp', ...flags]);
    const { code, out, err } = await ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const self = selfSchema.parse(JSON.parse(readFileSync(join(folder, 'self.json'), 'utf8')));
    expect(self.problems).toEqual([]);
    expect(self.run).toBeNull();
    expect(self.finishedAt).not.toBeNull();
    expect(self.ratios.map(({ pair, measure, turns }) => `${pair} ${measure} ${turns}`)).toEqual([
      ...['server CPU per delivery', 'load CPU per delivery', 'p50', 'p99'].map((measure) => `fan-out ${measure} 1`),
      ...['p50', "p50 less the feed's lag", 'p99'].map((measure) => `one-client ${measure} 1`),
    ]);
    expect(out).toContain('tcp ÷ socket ping');
  });

  testWithFolder('refuses a pair that is not there, before anything starts', async ({ folder }) => {
    const { code, err } = await start(['--results', folder, 'self', '--pairs', 'fan-in']).ended;
    expect(code).toBe(1);
    expect(err).toContain('--pairs fan-in: allowed are fan-out, saturation');
  });

  testWithFolder('is interrupted by Ctrl-C, and keeps what it has', async ({ folder }) => {
    const { child, ended } = start([
      '--results',
      folder,
      'self',
      '--pairs',
      'fan-out-tcp',
      '--clients',
      '5',
      '--rate',
      '20',
    ]);
    child.stdout?.once('data', () => child.kill('SIGINT'));
    const { code } = await ended;
    expect(code).toBe(130);
    expect(selfSchema.parse(JSON.parse(readFileSync(join(folder, 'self.json'), 'utf8'))).finishedAt).toBeNull();
  });
});

/** Each plan in the lab and with bare programs, at once, on no core in particular. */
async function measureBoth(plan: CellPlan, isServerAlone = false): Promise<CompletedCell[]> {
  const pinning = { server: undefined, workers: [undefined], probe: undefined, relay: undefined };
  const { laboratory, close } = await openLaboratory(1, pinning, inspectNode(process.execPath, projectRoot));
  const bare = bareLaboratory(laboratory, process.execPath);
  const both = [laboratory, isServerAlone ? { ...laboratory, openServer: bare.openServer } : bare];
  try {
    return await Promise.all(both.map(async (at) => validCell(await runCell(plan, at, new AbortController().signal))));
  } finally {
    await close();
  }
}

describe('bare programs', () => {
  test.for(['tcp', 'sse', 'websocket'])('send of %s the bytes of the lane, once to each client', async (id) => {
    const at = (windowSeconds: number) => measureBoth(memoryPlan(findLane(id), { windowSeconds }));
    const [few, many] = [await at(0.1), await at(0.3)];
    for (const [own, bare] of [few, many]) {
      expect(bare?.delivery).toEqual(own?.delivery);
      expect(bare?.latency.count).toBe(own?.latency.count);
    }
    // Without what opens and closes connections; over whole cells, for a reading in between may come late.
    const [own, bare] = [0, 1].map((side) => {
      const [less, more] = [few[side], many[side]].map((cell) => cell?.wire.cell.server.sentBytes ?? Number.NaN);
      return (more ?? Number.NaN) - (less ?? Number.NaN);
    });
    expect(own).toBeGreaterThan(0);
    expect(bare).toBe(own);
  });

  test.for(['polling', 'long-polling'])('answer polls of %s with the bytes of the lane', async (id) => {
    const lane = findLane(id);
    const heldEvents = lane.polls === 'parked' ? 1 : 0;
    const point = { ...memoryPlan(lane).point, eventsPerSecond: 0, heldEvents };
    const times = { rehearsalSeconds: 0.1, warmupSeconds: 0.1, windowSeconds: 0.2 };
    const cells = await measureBoth(memoryPlan(lane, { procedure: 'closed-loop', point, ...times }), true);
    const [own, bare] = cells.map(({ closedLoops }) => closedLoops?.map((loop) => loop.downBytes / loop.requests));
    expect(own).toHaveLength(2);
    expect(bare).toEqual(own);
  });
});
