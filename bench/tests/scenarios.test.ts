/** Every scenario of the table, at its smallest: real sockets, in one process. */

import { expect, it } from 'vitest';
import { findLane } from '../catalogue/lanes.ts';
import { scenarios } from '../catalogue/scenarios.ts';
import { type BenchFlags, configure } from '../cli/configure.ts';
import type { Lane } from '../contract/lane.ts';
import { describeResult } from '../report/terminal/terminal.ts';
import { run } from '../run/run.ts';
import { isValid } from '../stats/metrics/valid.ts';
import { makeResult } from './fixture.ts';
import { memoryLaboratory } from './laboratory.ts';

const SMALL: BenchFlags = {
  profile: 'default',
  reference: 'sse',
  rounds: 1,
  clients: 4,
  rate: 50,
  rtt: 20,
  interval: 100,
  payload: 128,
  headers: 'browser',
  rehearsal: 0,
  warmup: 1,
  window: 0.5,
  ledger: true,
  seed: 1,
};

/** Silence is measured over whole periods of what an idle connection does: in the table they are half a minute. */
function withShortPeriods(lane: Lane): Lane {
  const { holdSeconds, commentMs } = lane.options;
  const periods = {
    ...(holdSeconds !== undefined && { holdSeconds: 1 }),
    ...(commentMs !== undefined && { commentMs: 1_000 }),
  };
  return { ...lane, options: { ...lane.options, ...periods } };
}

async function measure(flags: Partial<BenchFlags>) {
  const machine = { workers: 1, fileDescriptors: null, localPorts: null };
  const config = configure({ ...SMALL, ...flags }, machine);
  return await run(
    { ...config, lanes: config.lanes.map(withShortPeriods) },
    {
      laboratory: memoryLaboratory(findLane).laboratory,
      environment: makeResult().environment,
      command: 'npm run bench',
      readMachineState: () => ({ calibrationUs: 40_000, loadAverage: null, pressure: null }),
      save() {},
      onGroupStart() {},
      onCellEnd() {},
      onGroupSkip() {},
      onRepeat() {},
      signal: new AbortController().signal,
    },
  );
}

/** A page is another process: `browser-cell.test.ts` runs it. */
const inMemory = scenarios.filter(({ procedure }) => procedure !== 'browser');

it.concurrent.each(inMemory)('$id runs at its smallest, without a loss', async ({ id, title, takes = () => true }) => {
  const lanes = ['polling', 'long-polling', 'sse'].filter((lane) => takes(findLane(lane)));
  const result = await measure({ scenarios: [id], lanes, reference: lanes.at(-1) ?? '' });
  const invalid = result.cells.filter((cell) => !isValid(cell));
  expect(invalid.map((cell) => [cell.lane, cell.point, cell.state === 'failed' ? cell.error : cell.warnings])).toEqual(
    [],
  );
  expect(new Set(result.cells.map(({ lane }) => lane))).toEqual(new Set(lanes));
  expect(describeResult(result)).toContain(title);
});

it.concurrent('a scenario of long polls tells how many deliveries waited for the next one', async () => {
  const { cells, estimates } = await measure({
    ...{ scenarios: ['gap'], lanes: ['long-polling'], reference: 'long-polling', rehearsal: 0.2, window: 0.4 },
  });
  expect(cells).toMatchObject([
    { state: 'completed', polls: { parkedDeliveries: expect.any(Number), queuedDeliveries: expect.any(Number) } },
  ]);
  const [share] = estimates.filter(({ metric }) => metric === 'polls.queuedPercent');
  // An event a round trip: three in four are expected to.
  expect(share?.value).toBeGreaterThan(40);
  expect(share?.samples).toBeGreaterThanOrEqual(20 * 3);
});
