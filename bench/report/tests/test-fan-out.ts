/** A fan-out for tests whose points share their processes: one client, a burst of a hundred, and that at another poll interval. */

import { type Cell, type Point, parseResult, type Result } from '../../contract/result.ts';
import { withStandings } from '../../record/standing.ts';
import { summarise } from '../../stats/summarise.ts';
import { makeResult, POINT, type ResultSpec } from '../../tests/fixture.ts';

const ONE: Point = { ...POINT, clients: 1 };
const BURST: Point = { ...POINT, clients: 100 };
const POLLED: Point = { ...BURST, pollIntervalMs: 50 };

/** Lane alpha polls every second, or every 50 ms, and in bursts alone; beta, the reference, and gamma push. */
export function makeFanOut(spec: ResultSpec = {}): Result {
  const made = makeResult({ events: 400, rounds: 4, points: [ONE, BURST, POLLED], ...spec });
  const isMeasured = ({ lane, point }: Cell) =>
    lane === 'alpha' ? point.clients > 1 : point.pollIntervalMs === undefined;
  const cells = made.cells.filter(isMeasured).map((cell) => ({ ...cell, scenario: 'fanout' }));
  const lanes = made.lanes.map((lane) =>
    lane.id === 'alpha' ? { ...lane, polls: 'timed' as const, idlePeriodMs: 1_000 } : lane,
  );
  const scenarios = made.scenarios.map((scenario) => ({
    ...scenario,
    id: 'fanout',
    title: 'Fan-out',
    figures: ['latency' as const, 'bytes' as const, 'layers' as const, 'cpu' as const],
    sharesProcesses: true,
  }));
  const result = withStandings({ ...made, cells, lanes, scenarios, ...summarise(cells, { ...made, lanes }) });
  return parseResult(JSON.stringify(result));
}
