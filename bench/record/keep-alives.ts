/** Which period keep-alives had in a cell, and which the lane has by itself: silence is told at both. */

import type { Cell, Result } from '../contract/result.ts';

/**
 * The cells, with both periods in those of scenarios that set one for all lanes. A lane that polls on a timer keeps its own
 * interval, and one without traffic in silence has no period: their cells stay as they are.
 */
export function withKeepAlives({ cells, lanes, scenarios }: Pick<Result, 'cells' | 'lanes' | 'scenarios'>): Cell[] {
  return cells.map((cell) => {
    const { keepAliveSeconds } = scenarios.find(({ id }) => id === cell.scenario) ?? {};
    const { polls, idlePeriodMs } = lanes.find(({ id }) => id === cell.lane) ?? {};
    if (cell.state === 'failed' || keepAliveSeconds === undefined || !idlePeriodMs || polls === 'timed') return cell;
    return { ...cell, keepAlive: { periodMs: keepAliveSeconds * 1e3, usualPeriodMs: idlePeriodMs } };
  });
}
