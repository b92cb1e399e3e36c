import { describe, expect, it } from 'vitest';
import { parseResult, type Result } from './contract/result.ts';
import { readEnvironment } from './measure/environment.ts';
import { projectRoot } from './paths.ts';
import type { RunConfig } from './plan.ts';
import { hasInvalidData, run } from './run.ts';
import type { Laboratory } from './run-cell.ts';
import { type Fault, memoryLaboratory, memoryLane, memoryPlan } from './test-laboratory.ts';

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
      points: [point],
      figures: ['latency'],
      ledgerShare: 0,
      jitter: 0.5,
      rounds: 3,
      warmupSeconds: 0.1,
      windowSeconds: 0.1,
    },
  ],
  workers: 1,
  reference: 'memory',
  seed: 1,
};

async function runWith(laboratory: Laboratory, controller = new AbortController(), onSave = (_: Result) => {}) {
  const saved: string[] = [];
  const result = await run(config, {
    laboratory,
    environment: readEnvironment(projectRoot, laboratory.pinning, []),
    command: 'test',
    save(soFar) {
      saved.push(JSON.stringify(soFar));
      onSave(soFar);
    },
    onCellStart() {},
    onCellEnd() {},
    signal: controller.signal,
  });
  return { result, saved: saved.map(parseResult) };
}

/** A laboratory whose n-th server is faulty. */
function failingOnce(nth: number, fault: Fault): Laboratory {
  const good = memoryLaboratory(lane).laboratory;
  const bad = memoryLaboratory(lane, { fault }).laboratory;
  let opened = 0;
  return { ...good, openServer: () => (++opened === nth ? bad : good).openServer() };
}

describe('a run', () => {
  it('saves a valid result before the first cell and after each', async () => {
    const { saved } = await runWith(memoryLaboratory(lane).laboratory);
    expect(saved.map(({ cells }) => cells.length)).toEqual([0, 1, 2, 3]);
    expect(saved.map(({ finishedAt }) => finishedAt !== null)).toEqual([false, false, false, true]);
  });

  it('goes on after a cell that failed, and is not citable', async () => {
    const { result } = await runWith(failingOnce(2, { child: 'server', call: 'measure', act: 'die' }));
    expect(result.cells.map(({ state }) => state)).toEqual(['completed', 'failed', 'completed']);
    expect(result.finishedAt).not.toBeNull();
    expect(hasInvalidData(result)).toBe(true);
    expect(result.citable.reasons).toContain('failed: 1 of 3 cells failed.');
    expect(result.estimates.find(({ metric }) => metric === 'latency.p50Us')?.rounds).toBe(2);
  });

  it('names what a severe warning says in its reasons, once', async () => {
    const lie = (answer: object) => ({ ...answer, wire: { sentBytes: 7, receivedBytes: 0, connections: 0 } });
    const fault: Fault = { child: 'server', call: 'close', act: { answer: lie } };
    const { result } = await runWith(memoryLaboratory(lane, { fault }).laboratory);
    expect(result.citable.reasons.filter((reason) => reason.startsWith('bytes-disagree'))).toEqual([
      'bytes-disagree: in cells of memory.',
    ]);
  });

  it('that is interrupted keeps what was measured and says that it did not end', async () => {
    const controller = new AbortController();
    const { laboratory, living } = memoryLaboratory(lane);
    const { result, saved } = await runWith(laboratory, controller, ({ cells }) => {
      if (cells.length === 1) setTimeout(() => controller.abort(), 50);
    });
    expect(result.cells).toHaveLength(1);
    expect(result.finishedAt).toBeNull();
    expect(saved.at(-1)).toEqual(result);
    expect(result.citable.reasons.join()).toContain('unfinished');
    expect(living()).toBe(0);
  });
});
