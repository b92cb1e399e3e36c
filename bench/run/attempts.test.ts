import { describe, expect, it } from 'vitest';
import { type Cell, parseResult, type Result } from '../contract/result.ts';
import { settingDifferences } from '../record/runs/settings.ts';
import { failed, makeResult, POINT, QUIET } from '../tests/fixture.ts';
import { memoryLaboratory, memoryLane } from '../tests/laboratory.ts';
import { groupsToRepeat, isRepeated } from './attempts.ts';
import type { CellPlan } from './cell-plan.ts';
import { type PlannedScenario, planCells, type RunConfig } from './plan.ts';
import { remainingCells, run } from './run.ts';

const fixture = makeResult();
const [anyCell] = fixture.cells;
if (anyCell?.state !== 'completed') throw new Error('no cell');

const laneOf = (id: string) => ({ ...memoryLane(), id });
const lanes = ['alpha', 'beta', 'gamma', 'delta'].map(laneOf);
const scenario: PlannedScenario = {
  id: 'test',
  title: 'Test',
  question: 'Is it measured again?',
  procedure: 'deliver',
  lanes: lanes.map(({ id }) => id),
  points: [POINT],
  figures: ['latency'],
  ledgerShare: 0,
  varies: [],
  arrivals: { process: 'spread', slotShare: 0.5 },
  rounds: 3,
  warmupSeconds: 0.1,
  windowSeconds: 0.1,
};
const config: RunConfig = { profile: 'test', lanes, scenarios: [scenario], workers: 1, reference: 'beta', seed: 1 };
const withScenario = (changes: Partial<PlannedScenario>): RunConfig => ({
  ...config,
  scenarios: [{ ...scenario, ...changes }],
});

/** What happens to the cells of a plan. */
type Fate = (plan: CellPlan) => 'quiet' | 'disturbed' | 'failed';

function fabricated({ lane, scenario, point, round, order, attempt }: CellPlan, fate: ReturnType<Fate>): Cell {
  const cell = { ...anyCell, lane: lane.id, scenario, point, round, order, attempt } as typeof anyCell & {
    state: 'completed';
  };
  if (fate === 'failed') return failed(cell);
  return { ...cell, disturbance: { ...QUIET, exceeded: fate === 'disturbed' ? ['core-stopped'] : [] } };
}

async function runWith(
  fate: Fate,
  of: RunConfig = config,
  earlier?: Result,
  stopAfterCells = Number.POSITIVE_INFINITY,
  runsBefore = 0,
) {
  const controller = new AbortController();
  const repeats: string[][] = [];
  let measured = 0;
  const result = await run(of, {
    laboratory: memoryLaboratory(memoryLane()).laboratory,
    environment: fixture.environment,
    command: 'test',
    earlier,
    runsBefore,
    readMachineState: () => ({ calibrationUs: 40_000, loadAverage: null, pressure: null }),
    save() {},
    onGroupStart() {},
    onCellEnd() {
      if (++measured === stopAfterCells) controller.abort();
    },
    onGroupSkip() {},
    onRepeat: (groups) => repeats.push(groups.map(([{ lane }]) => lane.id).sort()),
    signal: controller.signal,
    runCells: async (group) => group.map((plan) => fabricated(plan, fate(plan))),
  });
  return { result, repeats, attempts: attemptsOf(result) };
}

/** `alpha 1.2`: lane, round and attempt of all that were measured again. */
function attemptsOf({ cells }: Result): string[] {
  return cells
    .filter(({ attempt }) => attempt > 1)
    .map(({ lane, round, attempt }) => `${lane} ${round}.${attempt}`)
    .sort();
}

describe.concurrent('a disturbed cell', () => {
  it('is measured again at the end of its block, with the reference', async () => {
    const { result, attempts } = await runWith(({ lane, round, attempt }) =>
      lane.id === 'alpha' && round === 2 && attempt === 1 ? 'disturbed' : 'quiet',
    );
    expect(attempts).toEqual(['alpha 2.2', 'beta 2.2']);
    const rounds = result.cells.map(({ round }) => round);
    expect(rounds).toEqual(rounds.toSorted((a, b) => a - b));
    expect(result.cells.map(({ order }) => order)).toEqual(result.cells.map((_, at) => at + 1));
    expect(result.cells.filter(({ round }) => round === 2).map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 2, 2]);
    expect(result.finishedAt).not.toBeNull();
  });

  it('is measured three times at most, and all attempts stay', async () => {
    const { attempts } = await runWith(({ lane, round }) =>
      lane.id === 'alpha' && round === 1 ? 'disturbed' : 'quiet',
    );
    expect(attempts).toEqual(['alpha 1.2', 'alpha 1.3', 'beta 1.2', 'beta 1.3']);
  });

  it('shares one cell of the reference with others of its block that are measured again', async () => {
    const { attempts, repeats } = await runWith(({ lane, round, attempt }) =>
      lane.id !== 'delta' && round === 1 && attempt === 1 ? 'disturbed' : 'quiet',
    );
    expect(attempts).toEqual(['alpha 1.2', 'beta 1.2', 'gamma 1.2']);
    expect(repeats).toEqual([['alpha', 'beta', 'gamma']]);
  });

  it('of the reference is measured again alone', async () => {
    const { attempts } = await runWith(({ lane, round, attempt }) =>
      lane.id === 'beta' && round === 3 && attempt < 3 ? 'disturbed' : 'quiet',
    );
    expect(attempts).toEqual(['beta 3.2', 'beta 3.3']);
  });

  it('that was quiet once is not measured again, also when it was disturbed beside another lane then', async () => {
    const { attempts } = await runWith(({ lane, round, attempt }) => {
      const isFirst = lane.id === 'alpha' && attempt === 1;
      return round === 1 && (isFirst || (lane.id === 'beta' && attempt === 2)) ? 'disturbed' : 'quiet';
    });
    expect(attempts).toEqual(['alpha 1.2', 'beta 1.2']);
  });

  it('of a variant is measured again with the lane that it varies', async () => {
    const varied = {
      ...config,
      lanes: lanes.map((lane) => (lane.id === 'alpha' ? { ...lane, variantOf: 'gamma' } : lane)),
    };
    const { attempts } = await runWith(
      ({ lane, round, attempt }) => (lane.id === 'alpha' && round === 1 && attempt === 1 ? 'disturbed' : 'quiet'),
      varied,
    );
    expect(attempts).toEqual(['alpha 1.2', 'gamma 1.2']);
  });

  it('takes along the reference at its own point alone, and without an interval where that does not poll', async () => {
    const points = [100, 200].map((pollIntervalMs) => ({ ...POINT, pollIntervalMs }));
    const polled = {
      ...withScenario({ points }),
      lanes: lanes.map((lane) => (lane.id === 'alpha' ? { ...lane, polls: 'timed' as const } : lane)),
    };
    const { result } = await runWith(
      ({ lane, point, round, attempt }) =>
        lane.id === 'alpha' && point.pollIntervalMs === 200 && round === 1 && attempt === 1 ? 'disturbed' : 'quiet',
      polled,
    );
    const again = result.cells.filter(({ attempt }) => attempt > 1);
    expect(again.map(({ lane, point }) => [lane, point.pollIntervalMs]).sort()).toEqual([
      ['alpha', 200],
      ['beta', undefined],
    ]);
  });

  it('that shares its processes is measured again with all of its group', async () => {
    const points = [1, 10].map((clients) => ({ ...POINT, clients }));
    const { result } = await runWith(
      ({ lane, point, round, attempt }) =>
        lane.id === 'alpha' && point.clients === 10 && round === 1 && attempt === 1 ? 'disturbed' : 'quiet',
      withScenario({ points, sharesProcesses: true }),
    );
    const again = result.cells
      .filter(({ attempt }) => attempt > 1)
      .map(({ lane, point }) => `${lane} ${point.clients}`);
    expect(again.sort()).toEqual(['alpha 1', 'alpha 10', 'beta 1', 'beta 10']);
  });

  it('is told from one that failed, which is left for a run that is resumed', async () => {
    const { result, attempts } = await runWith(({ lane, round }) =>
      lane.id === 'alpha' && round === 1 ? 'failed' : 'quiet',
    );
    expect(attempts).toEqual([]);
    expect(remainingCells(config, result).map(([{ lane, round }]) => [lane.id, round])).toEqual([['alpha', 1]]);
  });
});

describe('what is repeated', () => {
  it.each<[boolean, string, Partial<PlannedScenario>]>([
    [true, 'is timed', {}],
    [true, 'has CPU in silence', { figures: ['idle'] }],
    [false, 'has bytes alone', { figures: ['bytes', 'layers'] }],
    [false, 'has too few rounds for an interval', { rounds: 2 }],
    [false, 'has a limit', { limit: { metric: 'latency.p99Us', max: 1 } }],
    [false, 'kills its server', { procedure: 'reconnect' }],
  ])('is %s of a scenario that %s', (expected, _what, changes) => {
    expect(isRepeated({ ...scenario, ...changes })).toBe(expected);
  });

  it('does not depend on any latency', () => {
    const block = planCells(withScenario({ rounds: 3 })).slice(0, lanes.length);
    const cellsWith = (p50Us: number) =>
      block.flat().map((plan) => {
        const cell = fabricated(plan, plan.lane.id === 'gamma' ? 'disturbed' : 'quiet');
        return cell.state === 'failed' ? cell : { ...cell, latency: { ...cell.latency, p50Us } };
      });
    const [slow, fast] = [1e6, 1].map((p50Us) => groupsToRepeat(block, cellsWith(p50Us), 2, config));
    expect(slow).toEqual(fast);
    expect(slow?.map(([{ lane, attempt }]) => [lane.id, attempt]).sort()).toEqual([
      ['beta', 2],
      ['gamma', 2],
    ]);
  });
});

describe.concurrent('a run that is resumed', () => {
  it('leaves disturbed cells of an earlier session as they are, and repeats its own', async () => {
    const disturbedOnce: Fate = ({ lane, attempt }) => (lane.id === 'alpha' && attempt === 1 ? 'disturbed' : 'quiet');
    const { result: earlier } = await runWith(disturbedOnce, config, undefined, lanes.length);
    expect(earlier.finishedAt).toBeNull();
    expect(attemptsOf(earlier)).toEqual([]);
    const { attempts, result } = await runWith(disturbedOnce, config, earlier);
    expect(attempts).toEqual(['alpha 2.2', 'alpha 3.2', 'beta 2.2', 'beta 3.2']);
    expect(result.finishedAt).not.toBeNull();
    expect(remainingCells(config, result)).toEqual([]);
  });

  it('measures those cells of a group that it lacks', async () => {
    const points = [1, 10].map((clients) => ({ ...POINT, clients }));
    const shared = withScenario({ points, sharesProcesses: true });
    const { result } = await runWith(
      ({ lane, point, round }) => (lane.id === 'alpha' && point.clients === 10 && round === 1 ? 'failed' : 'quiet'),
      shared,
    );
    expect(remainingCells(shared, result).map((group) => group.map(({ point }) => point.clients))).toEqual([[10]]);
  });
});

describe.concurrent('the result of a run', () => {
  it('has the settings that were planned, as its file is read', async () => {
    const { result } = await runWith(() => 'quiet');
    expect(settingDifferences([config, parseResult(JSON.stringify(result))])).toEqual([]);
  });

  it('says how many runs came before it when it began, also after it was resumed', async () => {
    const { result } = await runWith(() => 'quiet', config, undefined, 1, 3);
    expect(result.runsBefore).toBe(3);
    const { result: resumed } = await runWith(() => 'quiet', config, result, undefined, 5);
    expect(resumed.runsBefore).toBe(3);
  });
});
