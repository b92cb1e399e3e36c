import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lanes } from './lanes.ts';
import { planCells, type RunConfig, withPoint } from './plan.ts';
import { scenarios } from './scenarios.ts';

const config: RunConfig = {
  profile: 'test',
  lanes,
  scenarios,
  rounds: 6,
  warmupSeconds: 1,
  windowSeconds: 5,
  workers: 1,
  reference: 'websocket',
  seed: 1,
};

const laneOrder = (seed: number) => planCells({ ...config, seed }).map(({ lane, round }) => `${round} ${lane.id}`);

const perRound = (of: RunConfig) =>
  Array.from({ length: of.rounds }, (_, index) => planCells(of).filter(({ round }) => round === index + 1));

describe('a plan', () => {
  it('has every lane × point once in every round, and rounds one after another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
        const cells = planCells({ ...config, seed });
        for (let round = 1; round <= config.rounds; round++) {
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
    const rounds = 500;
    for (const { lane, order } of planCells({ ...config, rounds })) {
      const key = `${lane.id} ${(order - 1) % lanes.length}`;
      places.set(key, (places.get(key) ?? 0) + 1);
    }
    for (const count of places.values()) expect(count).toBeGreaterThan((rounds / lanes.length) * 0.6);
    expect(places.size).toBe(lanes.length ** 2);
  });

  it('gives all lanes of a round the same events, and each round others', () => {
    const seeds = perRound(config).map((cells) => new Set(cells.map(({ seed }) => seed)));
    expect(seeds.every((set) => set.size === 1)).toBe(true);
    expect(new Set(seeds.flatMap((set) => [...set])).size).toBe(config.rounds);
  });
});

it('a flag replaces one number in all points of a scenario', () => {
  const scenario = {
    id: 'x',
    title: '',
    question: '',
    points: [
      { clients: 1, eventsPerSecond: 1, payloadBytes: 64 },
      { clients: 2, eventsPerSecond: 2, payloadBytes: 64 },
    ],
  };
  expect(withPoint(scenario, { clients: 9 }).points).toEqual([
    { clients: 9, eventsPerSecond: 1, payloadBytes: 64 },
    { clients: 9, eventsPerSecond: 2, payloadBytes: 64 },
  ]);
});
