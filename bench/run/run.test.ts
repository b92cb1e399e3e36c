import { describe, expect, it } from 'vitest';
import { type Kind, type Point, parseResult, type Result } from '../contract/result.ts';
import { hasInvalidData } from '../record/citable.ts';
import { makeResult } from '../tests/fixture.ts';
import { type Fault, memoryLaboratory, memoryLane, memoryPlan } from '../tests/laboratory.ts';
import type { Laboratory } from './laboratory.ts';
import type { RunConfig } from './plan.ts';
import { remainingCells, run } from './run.ts';

/** As the plan has it; each laboratory serves a lane of its own, since tests run beside each other. */
const lane = memoryLane();
const { point, scenario } = memoryPlan(lane);
const config: RunConfig = {
  profile: 'test',
  lanes: [lane],
  scenarios: [
    {
      id: scenario,
      title: 'Test',
      question: 'Does it run?',
      procedure: 'deliver',
      lanes: [lane.id],
      points: [point],
      figures: ['latency'],
      ledgerShare: 0,
      varies: [],
      arrivals: { process: 'spread', slotShare: 0.5 },
      rounds: 3,
      warmupSeconds: 0.1,
      windowSeconds: 0.1,
    },
  ],
  workers: 1,
  reference: 'memory',
  seed: 1,
};

const { environment } = makeResult();
const state = (calibrationUs: number) => ({ calibrationUs, loadAverage: null, pressure: null });

interface RunOptions {
  readonly controller?: AbortController;
  readonly onSave?: (result: Result) => void;
  readonly earlier?: Result;
  readonly calibrationsUs?: readonly number[];
  /** In place of what the only point says. */
  readonly changes?: Partial<Point>;
}

async function runWith(laboratory: Laboratory, options: RunOptions = {}) {
  const { controller = new AbortController(), onSave = () => {}, earlier, calibrationsUs = [], changes } = options;
  const scenarios = config.scenarios.map((one) => ({ ...one, points: [{ ...point, ...changes }] }));
  const calibrations = [...calibrationsUs];
  const saved: string[] = [];
  const result = await run(
    { ...config, scenarios },
    {
      laboratory,
      environment,
      command: earlier ? 'test --resume' : 'test',
      earlier,
      readMachineState: () => state(calibrations.shift() ?? 40_000),
      save(soFar) {
        saved.push(JSON.stringify(soFar));
        onSave(soFar);
      },
      onGroupStart() {},
      onCellEnd() {},
      onGroupSkip() {},
      onRepeat() {},
      signal: controller.signal,
    },
  );
  return { result, saved: saved.map(parseResult) };
}

/** A laboratory whose n-th server is faulty. */
function failingOnce(nth: number, fault: Fault): Laboratory {
  const served = memoryLane();
  const good = memoryLaboratory(served).laboratory;
  const bad = memoryLaboratory(served, { fault }).laboratory;
  let opened = 0;
  return { ...good, openServer: () => (++opened === nth ? bad : good).openServer() };
}

describe.concurrent('a run', () => {
  it('saves a valid result before the first cell and after each', async () => {
    const { saved } = await runWith(memoryLaboratory(memoryLane()).laboratory);
    expect(saved.map(({ cells }) => cells.length)).toEqual([0, 1, 2, 3]);
    expect(saved.map(({ finishedAt }) => finishedAt !== null)).toEqual([false, false, false, true]);
  });

  it('goes on after a cell that failed, and is not citable', async () => {
    const { result } = await runWith(failingOnce(2, { child: 'server', call: 'measure', act: 'die' }));
    expect(result.cells.map(({ state }) => state)).toEqual(['completed', 'failed', 'completed']);
    expect(result.finishedAt).not.toBeNull();
    expect(hasInvalidData(result)).toBe(true);
    expect(result.citable.bytes.reasons).toContain('failed: in 1 of 3 cells of memory.');
    expect(result.estimates.find(({ metric }) => metric === 'latency.p50Us')?.rounds).toBe(2);
  });

  it('names what a severe warning says in its reasons, once', async () => {
    const lie = (answer: object) => ({ ...answer, wire: { sentBytes: 7, receivedBytes: 0, connections: 0 } });
    const fault: Fault = { child: 'server', call: 'close', act: { answer: lie } };
    const { result } = await runWith(memoryLaboratory(memoryLane(), { fault }).laboratory);
    const told = (kind: Kind) => result.citable[kind].reasons.filter((reason) => reason.startsWith('bytes-disagree'));
    expect(told('bytes')).toEqual(['bytes-disagree: in 3 of 3 cells of memory.']);
    expect(told('latency')).toEqual([]);
  });

  it('that is interrupted keeps what was measured and says that it did not end', async () => {
    const controller = new AbortController();
    const { laboratory, living } = memoryLaboratory(memoryLane());
    const onSave = ({ cells }: Result) => {
      if (cells.length === 1) setTimeout(() => controller.abort(), 50);
    };
    const { result, saved } = await runWith(laboratory, { controller, onSave });
    expect(result.cells).toHaveLength(1);
    expect(result.finishedAt).toBeNull();
    expect(saved.at(-1)).toEqual(result);
    expect(result.citable.bytes.reasons.join()).toContain('unfinished');
    expect(living()).toBe(0);
  });

  it('whose machine changed its pace meanwhile says so, and is judged by what disturbed its cells', async () => {
    const { result } = await runWith(memoryLaboratory(memoryLane()).laboratory, { calibrationsUs: [40_000, 42_500] });
    expect(result.warnings).toContainEqual(expect.objectContaining({ code: 'speed-moved', severity: 'notice' }));
  });

  it('waits until the sockets of a cell are gone, and says so when they stay, unless its namespaces took them', async () => {
    const laboratory = { ...memoryLaboratory(memoryLane()).laboratory, coolDown: async () => ({ open: 2 }) };
    const { result } = await runWith(laboratory);
    expect(result.cells.map(({ warnings }) => warnings.map(({ code }) => code).includes('sockets-left'))).toEqual([
      true,
      true,
      true,
    ]);
    const far = await runWith(laboratory, { changes: { rttMs: 0, link: 'netem' } });
    expect(far.result.cells.flatMap(({ warnings }) => warnings.map(({ code }) => code))).not.toContain('sockets-left');
  });

  it('fails a cell whose children run on another Node than the result says', async () => {
    const { result } = await runWith({ ...memoryLaboratory(memoryLane()).laboratory, nodeVersion: 'v0.1.0' });
    expect(result.cells[0]).toMatchObject({ state: 'failed', error: { message: /v0\.1\.0/ } });
  });
});

describe.concurrent('a run that is resumed', () => {
  async function interrupted(): Promise<Result> {
    const controller = new AbortController();
    const onSave = ({ cells }: Result) => {
      if (cells.length === 1) controller.abort();
    };
    return (await runWith(memoryLaboratory(memoryLane()).laboratory, { controller, onSave })).result;
  }

  it('measures only what is left, keeps the cells it had, and says when it went on', async () => {
    const earlier = await interrupted();
    expect(earlier.cells).toHaveLength(1);
    const { result } = await runWith(memoryLaboratory(memoryLane()).laboratory, { earlier });
    expect(result.cells[0]).toEqual(earlier.cells[0]);
    expect(result.cells.map(({ round, order }) => [round, order])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(result.sessions.map(({ cells }) => cells)).toEqual([1, 2]);
    expect(result.startedAt).toBe(earlier.startedAt);
    expect(result.command).toBe('test');
    expect(result.finishedAt).not.toBeNull();
    expect(result.citable.bytes.reasons.join()).not.toContain('unfinished');
  });

  it('measures a cell that failed again; both stand in the result, and the later one counts', async () => {
    const fault: Fault = { child: 'worker', call: 'measure', act: 'die' };
    const { result: earlier } = await runWith(failingOnce(2, { ...fault, child: 'server' }));
    const { result } = await runWith(memoryLaboratory(memoryLane()).laboratory, { earlier });
    expect(result.cells.map(({ round, state }) => [round, state])).toEqual([
      [1, 'completed'],
      [2, 'failed'],
      [3, 'completed'],
      [2, 'completed'],
    ]);
    expect(hasInvalidData(result)).toBe(false);
    expect(result.warnings.map(({ code }) => code)).toContain('retried');
    expect(result.citable.bytes.reasons.join()).not.toContain('failed');
  });

  it('and finished has nothing left', async () => {
    const { result } = await runWith(memoryLaboratory(memoryLane()).laboratory);
    expect(remainingCells(config, result)).toEqual([]);
  });
});
