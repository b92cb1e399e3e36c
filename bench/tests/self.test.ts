/** `self` as a user runs it: one small pair of each program that lanes are held against, in processes of their own. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { findLane } from '../catalogue/lanes.ts';
import { openLaboratory } from '../cli/laboratory.ts';
import { selfSchema } from '../contract/files/self.ts';
import { projectRoot } from '../contract/paths.ts';
import { inspectNode } from '../machine/node-binary.ts';
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

describe('bare programs', () => {
  testWithFolder.for(['tcp', 'sse', 'websocket'])(
    'send of %s the bytes of the lane, once to each client',
    async (id) => {
      const { laboratory, close } = await openLaboratory(
        1,
        { server: undefined, workers: [undefined], probe: undefined, relay: undefined },
        inspectNode(process.execPath, projectRoot),
      );
      try {
        const lane = findLane(id);
        const plan = memoryPlan(lane, { rehearsalSeconds: 0.1, windowSeconds: 0.5, warmupSeconds: 0.3 });
        const both = [laboratory, bareLaboratory(laboratory, process.execPath)];
        const [own, bare] = await Promise.all(
          both.map(async (at) => validCell(await runCell(plan, at, new AbortController().signal))),
        );
        expect(bare?.delivery).toEqual(own?.delivery);
        expect(bare?.latency.count).toBe(own?.latency.count);
        expect(bare?.wire.window.server.sentBytes).toBe(own?.wire.window.server.sentBytes);
      } finally {
        await close();
      }
    },
  );

  testWithFolder.for(['polling', 'long-polling'])('answer polls of %s with the bytes of the lane', async (id) => {
    const { laboratory, close } = await openLaboratory(
      1,
      { server: undefined, workers: [undefined], probe: undefined, relay: undefined },
      inspectNode(process.execPath, projectRoot),
    );
    try {
      const lane = findLane(id);
      const { point } = memoryPlan(lane);
      const heldEvents = lane.polls === 'parked' ? 1 : 0;
      const plan = memoryPlan(lane, {
        procedure: 'closed-loop',
        point: { ...point, eventsPerSecond: 0, heldEvents },
        rehearsalSeconds: 0.1,
        warmupSeconds: 0.1,
        windowSeconds: 0.2,
      });
      const { openServer } = bareLaboratory(laboratory, process.execPath);
      const both = [laboratory, { ...laboratory, openServer }];
      const [own, bare] = await Promise.all(
        both.map(async (at) => validCell(await runCell(plan, at, new AbortController().signal))),
      );
      const downBytes = (loops = own?.closedLoops) => loops?.map((loop) => loop.downBytes / loop.requests);
      expect(downBytes(bare?.closedLoops)).toEqual(downBytes());
      expect(downBytes()).toHaveLength(2);
    } finally {
      await close();
    }
  });
});
