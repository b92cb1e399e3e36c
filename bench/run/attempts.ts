/**
 * Which groups of a block are measured again, because others took of the machine meanwhile. Pure.
 *
 * Decided by the disturbance alone, which is recorded apart from what was measured: to repeat by a latency would choose the
 * result. A lane is measured again together with the lane that it is compared with, so that the two meet the same machine.
 */

import type { Cell, Point } from '../contract/result.ts';
import { cellKey } from '../record/counting.ts';
import { keyOfPoint, withoutInterval } from '../stats/group.ts';
import { referencesOf } from '../stats/lineup.ts';
import { metrics } from '../stats/metrics/metrics.ts';
import type { CellGroup, CellPlan } from './cell-plan.ts';
import type { PlannedScenario, RunConfig } from './plan.ts';

export const MOST_ATTEMPTS = 3;
/** Times of fewer rounds are not citable, disturbed or not. */
const LEAST_ROUNDS = 3;

/**
 * Scenarios of times or CPU over enough rounds. One with a limit looks for the load at which a lane gives out, and procedures
 * other than delivery disturb the machine themselves: they kill servers or load them in full.
 */
export function isRepeated({ rounds, limit, procedure, figures }: PlannedScenario): boolean {
  const isTimed = metrics.some(
    ({ unit, shown }) => unit === 'µs' && shown.figures.some((one) => figures.includes(one)),
  );
  return rounds >= LEAST_ROUNDS && limit === undefined && ['deliver', 'browser'].includes(procedure) && isTimed;
}

/**
 * @param block all groups of a scenario in a round, in their order
 * @param cells of the block, measured in this session: what an earlier one left disturbed stays as it is
 * @param attempt the one to come: 2 or 3
 * @returns the groups with a cell that was disturbed in each of its attempts, and those that they are compared with, in the
 *   block's order; empty when there is nothing to repeat
 */
export function groupsToRepeat(
  block: readonly CellGroup[],
  cells: readonly Cell[],
  attempt: number,
  config: RunConfig,
): CellGroup[] {
  const scenario = config.scenarios.find(({ id }) => id === block[0]?.[0].scenario);
  if (!scenario || !isRepeated(scenario) || attempt > MOST_ATTEMPTS) return [];
  const disturbed = block.filter((group) => group.some((plan) => isUnsettled(plan, cells)));
  const again = block.filter(
    (group) => disturbed.includes(group) || disturbed.some((one) => isComparedWith(one, group, block, config)),
  );
  return again.map(([first, ...others]) => [{ ...first, attempt }, ...others.map((plan) => ({ ...plan, attempt }))]);
}

/** Whether it was measured, and disturbed each time. */
function isUnsettled(plan: CellPlan, cells: readonly Cell[]): boolean {
  const key = keyOfPlan(plan);
  const attempts = cells.filter((cell) => cellKey(cell) === key && cell.state === 'completed');
  return attempts.length > 0 && attempts.every(isDisturbed);
}

function isDisturbed(cell: Cell): boolean {
  return cell.state === 'completed' && cell.disturbance.exceeded.length > 0;
}

/** Whether the second has the lane that the first is compared with, at one of its points. */
function isComparedWith(
  group: CellGroup,
  other: CellGroup,
  block: readonly CellGroup[],
  lineup: Pick<RunConfig, 'reference' | 'lanes'>,
): boolean {
  const lane = group[0].lane.id;
  if (lane === lineup.reference) return false;
  const isMeasured = (id: string) => block.some(([plan]) => plan.lane.id === id);
  const [reference] = referencesOf(lane, lineup, isMeasured);
  return other[0].lane.id === reference && group.some(({ point }) => other.some((plan) => isAt(point, plan.point)));
}

/** A lane that does not poll is measured once for all poll intervals. */
function isAt(point: Point, ofReference: Point): boolean {
  const key = keyOfPoint(ofReference);
  return key === keyOfPoint(point) || key === keyOfPoint(withoutInterval(point));
}

/** Equal to the `cellKey` of the plan's cells. */
export function keyOfPlan({ lane, scenario, point, round }: CellPlan): string {
  return cellKey({ lane: lane.id, scenario, point, round });
}
