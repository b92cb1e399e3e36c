/** Warnings about a cell: each has a code, a severity, what was seen and what to do. A severe one forbids to cite some kinds of figures. */

import { type Arrivals, type CompletedCell, severe, type Warning } from '../../contract/result.ts';
import type { Pinning } from '../../machine/cores.ts';
import { byteWarnings } from './byte-warnings.ts';
import { linkWarnings } from './link-warnings.ts';
import { loadWarnings } from './load-warnings.ts';
import { machineWarnings } from './machine-warnings.ts';

export interface CellEvidence {
  readonly cell: Omit<CompletedCell, 'warnings'>;
  readonly pinning: Pinning;
  readonly problems: readonly string[];
  /** Of the cell's scenario. */
  readonly arrivals?: Arrivals;
}

export function cellWarnings({ cell, pinning, problems, arrivals }: CellEvidence): Warning[] {
  return [
    ...deliveryWarnings(cell, problems),
    ...byteWarnings(cell),
    ...loadWarnings(cell, arrivals),
    ...linkWarnings(cell),
    ...machineWarnings(pinning, cell),
  ];
}

function deliveryWarnings(cell: CellEvidence['cell'], problems: readonly string[]): Warning[] {
  const { missing, unexpected, expected, duplicated, outOfOrder } = cell.delivery;
  const { cutOffClients } = cell;
  const { stalledClients = 0 } = cell.point;
  const meant = stalledClients > 0 ? ` ${stalledClients} were meant not to.` : '';
  const cutOff =
    cutOffClients > stalledClients ? ` The server cut off ${cutOffClients} clients that did not read.${meant}` : '';
  const first = problems.length > 0 ? ` First: ${problems[0]}` : '';
  const lost = `${missing} of ${expected} deliveries are missing, ${unexpected} unexpected.${cutOff}${first}`;
  const hint = 'The cell is invalid and is not charted. Look for a client that was cut off, or for a defect.';
  return [
    ...(missing > 0 || unexpected > 0 ? [severe('lost', lost, hint)] : []),
    ...(duplicated > 0 ? [severe('duplicated', `${duplicated} events came twice.`, hint)] : []),
    ...(outOfOrder > 0 ? [severe('reordered', `${outOfOrder} events came late.`, hint)] : []),
  ];
}
