import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lanes } from '../catalogue/lanes.ts';
import type { Lane } from '../contract/lane.ts';
import { keyOfPoint } from '../stats/group.ts';
import type { CellPlan } from './cell-plan.ts';
import { blocksOf, expectedSeconds, type PlannedScenario, planCells, type RunConfig } from './plan.ts';

const scenario: PlannedScenario = {
  id: 'test',
  title: '',
  question: '',
  procedure: 'deliver',
  lanes: lanes.map(({ id }) => id),
  points: [{ clients: 100, eventsPerSecond: 20, payloadBytes: 128, headers: 'browser' }],
  figures: ['latency'],
  ledgerShare: 0.02,
  varies: [],
  arrivals: { process: 'spread', slotShare: 0.5 },
  rounds: 6,
  warmupSeconds: 1,
  windowSeconds: 5,
};
const config: RunConfig = {
  profile: 'test',
  lanes,
  scenarios: [scenario],
  workers: 1,
  reference: 'websocket',
  seed: 1,
};

const sharesConnections = ({ options }: Pick<Lane, 'options'>) => options['connections'] === 'shared';

const cellsOf = (of: RunConfig): CellPlan[] => planCells(of).flat();

const laneOrder = (seed: number) => cellsOf({ ...config, seed }).map(({ lane, round }) => `${round} ${lane.id}`);

const perRound = (of: RunConfig) =>
  Array.from({ length: scenario.rounds }, (_, index) => cellsOf(of).filter(({ round }) => round === index + 1));

describe('a plan', () => {
  it('has every lane × point once in every round, and rounds one after another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
        const cells = cellsOf({ ...config, seed });
        for (let round = 1; round <= scenario.rounds; round++) {
          const of = cells.filter((cell) => cell.round === round);
          expect(of.map(({ lane }) => lane.id).sort()).toEqual(lanes.map(({ id }) => id).sort());
        }
        expect(cells.map(({ round }) => round)).toEqual(cells.map(({ round }) => round).toSorted((a, b) => a - b));
        expect(cells.map(({ order }) => order)).toEqual(cells.map((_, index) => index + 1));
      }),
    );
  });

  it('is the same for the same seed and another for another', () => {
    expect(laneOrder(7)).toEqual(laneOrder(7));
    expect(laneOrder(7)).not.toEqual(laneOrder(8));
  });

  it('orders its rounds differently, so that no lane always follows the same one', () => {
    const orders = new Set(perRound(config).map((cells) => cells.map(({ lane }) => lane.id).join()));
    expect(orders.size).toBeGreaterThan(1);
  });

  it('puts each lane in each place about equally often', () => {
    const places = new Map<string, number>();
    const rounds = 100 * lanes.length;
    for (const { lane, order } of cellsOf({ ...config, scenarios: [{ ...scenario, rounds }] })) {
      const key = `${lane.id} ${(order - 1) % lanes.length}`;
      places.set(key, (places.get(key) ?? 0) + 1);
    }
    for (const count of places.values()) expect(count).toBeGreaterThan((rounds / lanes.length) * 0.6);
    expect(places.size).toBe(lanes.length ** 2);
  });

  it('gives all lanes of a round the same events, and each round others', () => {
    const seeds = perRound(config).map((cells) => new Set(cells.map(({ seed }) => seed)));
    expect(seeds.every((set) => set.size === 1)).toBe(true);
    expect(new Set(seeds.flatMap((set) => [...set])).size).toBe(scenario.rounds);
  });
});

describe('a block', () => {
  const [point] = scenario.points;
  if (!point) throw new Error('no point');
  const points = [10, 100, 1_000].map((clients) => ({ ...point, clients }));
  const swept: RunConfig = {
    ...config,
    scenarios: [
      { ...scenario, points, figures: ['cpu'] },
      { ...scenario, id: 'next' },
    ],
  };
  const blocks = blocksOf(planCells(swept));
  const orderOf = (cells: readonly CellPlan[], of: (cell: CellPlan) => string) => [...new Set(cells.map(of))];

  it('is a scenario in a round: one scenario at a time, and rounds one after another', () => {
    const names = blocks.map(([group]) => `${group?.[0].scenario} ${group?.[0].round}`);
    const rounds = Array.from({ length: scenario.rounds }, (_, at) => at + 1);
    expect(names).toEqual(['test', 'next'].flatMap((id) => rounds.map((round) => `${id} ${round}`)));
  });

  it('has all lanes of a point next to each other', () => {
    for (const block of blocks) {
      const cells = block.flat();
      const changes = cells.filter(
        (cell, at) => at > 0 && keyOfPoint(cell.point) !== keyOfPoint(cells[at - 1]?.point ?? point),
      );
      expect(changes).toHaveLength(orderOf(cells, (cell) => keyOfPoint(cell.point)).length - 1);
    }
  });

  it('orders its points and lanes anew in each round, and in each scenario', () => {
    const ofSweep = blocks.slice(0, scenario.rounds).map((block) => block.flat());
    expect(
      new Set(ofSweep.map((cells) => orderOf(cells, (cell) => keyOfPoint(cell.point)).join())).size,
    ).toBeGreaterThan(1);
    const twice = { ...config, scenarios: [scenario, { ...scenario, id: 'again' }] };
    const [first = [], second = []] = ['test', 'again'].map((id) =>
      cellsOf(twice).filter((cell) => cell.scenario === id),
    );
    expect(first.map(({ lane }) => lane.id)).not.toEqual(second.map(({ lane }) => lane.id));
  });

  it('of a scenario with a limit has its points in their order, and lanes in one of their own', () => {
    const limited = { ...scenario, points, limit: { metric: 'latency.p99Us', max: 1 }, sharesProcesses: true };
    for (const block of blocksOf(planCells({ ...config, scenarios: [limited] }))) {
      expect(block.every(({ length }) => length === 1)).toBe(true);
      expect(orderOf(block.flat(), (cell) => String(cell.point.clients))).toEqual(['10', '100', '1000']);
    }
    expect(
      new Set(blocksOf(planCells({ ...config, scenarios: [limited] })).map(([group]) => group?.[0].lane.id)).size,
    ).toBeGreaterThan(1);
  });
});

describe('a group', () => {
  const [point] = scenario.points;
  if (!point) throw new Error('no point');
  const points = [1, 100].map((clients) => ({ ...point, clients }));
  const shared = { ...config, scenarios: [{ ...scenario, points, figures: ['cpu' as const], sharesProcesses: true }] };

  it('is one cell, unless the scenario shares processes: then all points of a lane, in the order of the scenario', () => {
    expect(planCells(config).every(({ length }) => length === 1)).toBe(true);
    for (const group of planCells(shared)) {
      expect(new Set(group.map(({ lane, round }) => `${lane.id} ${round}`)).size).toBe(1);
      // One client that polls at intervals would find its own wait.
      const expected = group[0].lane.polls === 'timed' ? points.slice(1) : points;
      expect(group.map(({ point }) => point)).toEqual(expected);
      expect(group.map(({ order }) => order - group[0].order)).toEqual(expected.map((_, at) => at));
    }
    expect(new Set(planCells(shared).map(({ length }) => length))).toEqual(new Set([1, 2]));
  });

  it('keeps its processes until the last of so many rounds, and to the end of the run at most', () => {
    const [one] = shared.scenarios;
    if (!one) throw new Error('no scenario');
    const kept = { ...shared, scenarios: [{ ...one, rounds: 5, roundsPerProcess: 2 }] };
    const roundsThat = (is: 'keepsProcesses' | 'findsProcesses') => [
      ...new Set(planCells(kept).flatMap(([plan]) => (plan[is] ? [plan.round] : []))),
    ];
    expect(roundsThat('keepsProcesses')).toEqual([1, 3]);
    expect(roundsThat('findsProcesses')).toEqual([2, 4]);
    const read = { ...kept, scenarios: kept.scenarios.map((each) => ({ ...each, figures: ['memory' as const] })) };
    expect(planCells(read).some(([{ keepsProcesses }]) => keepsProcesses)).toBe(false);
  });

  it('measures a lane that is polled at intervals in every other round, in windows twice as long', () => {
    const [one] = shared.scenarios;
    if (!one) throw new Error('no scenario');
    const seldom = points.map((each) => ({ ...each, pollIntervalMs: one.windowSeconds * 1e3 }));
    const cells = cellsOf({ ...shared, scenarios: [{ ...one, points: [...points, ...seldom], rounds: 4 }] });
    const polled = cells.filter(({ lane, point: { pollIntervalMs } }) => lane.polls === 'timed' && pollIntervalMs);
    expect([...new Set(polled.map(({ round }) => round))]).toEqual([1, 3]);
    expect([...new Set(polled.map(({ windowSeconds }) => windowSeconds))]).toEqual([2 * one.windowSeconds]);
  });

  it('measures a duplicate in every other round, beside the lane that it is of', () => {
    const [one] = lanes;
    const [of] = shared.scenarios;
    if (!one || !of) throw new Error('no lane');
    const again = { ...one, id: 'again', duplicateOf: one.id };
    const scenarios = [{ ...of, lanes: [...of.lanes, 'again'], figures: ['latency' as const], rounds: 4 }];
    const roundsOf = (id: string) =>
      new Set(
        cellsOf({ ...shared, lanes: [...lanes, again], scenarios }).flatMap(({ lane, round }) =>
          lane.id === id ? [round] : [],
        ),
      );
    expect([...roundsOf('again')]).toEqual([1, 3]);
    expect([...roundsOf(one.id)]).toEqual([1, 2, 3, 4]);
  });

  it('takes less time than its cells apart: processes are started and rehearsed once', () => {
    const group = planCells(shared).find(({ length }) => length > 1);
    if (!group) throw new Error('no group');
    const apart = group.reduce((sum, plan) => sum + expectedSeconds([plan]), 0);
    expect(expectedSeconds(group)).toBeLessThan(apart);
    expect(expectedSeconds(group)).toBeGreaterThan(2 * scenario.windowSeconds);
  });
});

describe('a scenario', () => {
  const points = (changes: Partial<PlannedScenario>) =>
    cellsOf({ ...config, scenarios: [{ ...scenario, ...changes }] });

  it('with fewer rounds than another is left out of the rounds after', () => {
    const cells = cellsOf({ ...config, scenarios: [scenario, { ...scenario, id: 'short', rounds: 2 }] });
    expect(new Set(cells.filter((cell) => cell.scenario === 'short').map(({ round }) => round))).toEqual(
      new Set([1, 2]),
    );
    expect(cells.filter((cell) => cell.scenario === 'test')).toHaveLength(6 * lanes.length);
  });

  it("with a poll interval of its own changes that of lanes that have one, and of no other's", () => {
    const [point] = scenario.points;
    if (!point) throw new Error('no point');
    for (const { lane } of points({ points: [{ ...point, pollIntervalMs: 50 }] })) {
      const before = lanes.find(({ id }) => id === lane.id)?.options ?? {};
      // A slot of 20 events/s is as long: polls that kept off the events would come in bunches.
      expect(lane.options).toEqual('intervalMs' in before ? { ...before, intervalMs: 50 } : before);
    }
    for (const { lane } of points({ points: [{ ...point, pollIntervalMs: 500 }] })) {
      const before = lanes.find(({ id }) => id === lane.id)?.options ?? {};
      expect(lane.options).toEqual('intervalMs' in before ? { ...before, intervalMs: 500, eventSlotMs: 50 } : before);
    }
  });

  it.each([
    [1_000, 5],
    [300, 5.1],
    [3_000, 6],
    [30_000, 30],
  ])('with polls every %f ms has a window of %f s: whole slots, and whole intervals', (pollIntervalMs, expected) => {
    const [point] = scenario.points;
    if (!point) throw new Error('no point');
    const cells = points({ points: [{ ...point, pollIntervalMs }], rounds: 1 });
    const seconds = (id: string) => cells.find(({ lane }) => lane.id === id)?.windowSeconds;
    expect(seconds('polling')).toBeCloseTo(expected);
    expect(seconds('sse')).toBe(5);
  });

  it('lets polls be where they are when events come at any time, or not at all', () => {
    const [point] = scenario.points;
    if (!point) throw new Error('no point');
    const anywhere = points({ arrivals: { process: 'independent', slotGroupSize: 20, quietSlots: 0.5 } });
    const silent = points({ points: [{ ...point, eventsPerSecond: 0 }] });
    for (const { lane } of [...anywhere, ...silent]) expect(lane.options).not.toHaveProperty('eventSlotMs');
  });

  it('with a keep-alive of its own gives it to all lanes that have one, and measures whole periods', () => {
    const [point] = scenario.points;
    if (!point) throw new Error('no point');
    const silent = {
      points: [{ ...point, eventsPerSecond: 0 }],
      rounds: 1,
      figures: ['idle' as const],
      windowSeconds: 7,
    };
    const cells = points({ ...silent, keepAliveSeconds: 5 });
    const of = (id: string) => cells.find(({ lane }) => lane.id === id);
    expect(of('long-polling')).toMatchObject({ lane: { options: { holdSeconds: 5 } }, windowSeconds: 10 });
    expect(of('sse')).toMatchObject({ lane: { options: { commentMs: 5_000 } }, windowSeconds: 10 });
    expect(of('websocket')).toMatchObject({ lane: { options: { pingMs: 5_000 } }, windowSeconds: 10 });
    expect(of('streaming')).toMatchObject({ lane: { options: { keepAliveMs: 5_000 } }, windowSeconds: 10 });
    expect(of('polling')).toMatchObject({ lane: { options: { intervalMs: 1_000 } }, windowSeconds: 7 });
    expect(of('tcp')).toMatchObject({ lane: { options: {} }, windowSeconds: 7 });
  });

  it('of several poll intervals measures once a lane that has none, and at each point where something else varies too', () => {
    const [point] = scenario.points;
    if (!point) throw new Error('no point');
    const pointsOf = (varied: PlannedScenario['points'], id: string) =>
      points({ points: varied, rounds: 1 }).flatMap(({ lane, point }) => (lane.id === id ? [point] : []));
    const often = [50, 100].map((pollIntervalMs) => ({ ...point, pollIntervalMs }));
    expect(pointsOf(often, 'polling')).toHaveLength(2);
    expect(pointsOf(often, 'sse')).toEqual([point]);
    const eased = [point, { ...point, clients: 1_000, pollIntervalMs: 5_000 }];
    for (const id of ['polling', 'sse']) expect(new Set(pointsOf(eased, id))).toEqual(new Set(eased));
  });

  it('in which nothing varies from round to round leaves second helpings of a lane out', () => {
    const planned = new Set(points({ figures: ['layers'] }).map(({ lane }) => lane.id));
    expect(planned).toEqual(new Set(lanes.filter(({ duplicateOf }) => duplicateOf === undefined).map(({ id }) => id)));
    expect(planned.size).toBeLessThan(lanes.length);
  });

  it.each([
    [0, 0],
    [0.02, 2],
    [0.001, 1],
    [1, 100],
    [0.995, 99],
  ])(
    'with a ledger share of %f reads along with %i of 100 clients: in its first round, or with all of them',
    (ledgerShare, expected) => {
      const apart = points({ ledgerShare }).filter(({ lane }) => !sharesConnections(lane));
      const inRounds = (isFirst: boolean) =>
        new Set(apart.flatMap(({ round, ledgerClients }) => ((round === 1) === isFirst ? [ledgerClients] : [])));
      expect(inRounds(true)).toEqual(new Set([expected]));
      expect(inRounds(false)).toEqual(new Set([ledgerShare === 1 ? expected : 0]));
    },
  );

  it.each([
    [0.02, 0],
    [0.995, 0],
    [1, 100],
  ])(
    'with a ledger share of %f reads along with %i of 100 clients that share a connection',
    (ledgerShare, expected) => {
      const shared = points({ ledgerShare }).filter(({ lane }) => sharesConnections(lane));
      expect(shared.length).toBeGreaterThan(0);
      expect(new Set(shared.map(({ ledgerClients }) => ledgerClients))).toEqual(new Set([expected]));
    },
  );
});
