/**
 * Doubts are data: each has a code, a severity, what was seen and what to do. A severe one forbids to cite.
 */

import type { CompletedCell, Warning } from '../../contract/result.ts';
import { severe } from '../../contract/result.ts';
import type { Pinning } from '../../machine/cores.ts';
import { byteWarnings } from './byte-warnings.ts';
import { linkWarnings } from './link-warnings.ts';
import { loadWarnings } from './load-warnings.ts';
import { machineWarnings } from './machine-warnings.ts';

export { calibrationWarnings } from './machine-warnings.ts';

/** What a cell shows of itself and of the machine while it ran. */
export interface CellEvidence {
  readonly cell: Omit<CompletedCell, 'warnings'>;
  readonly pinning: Pinning;
  readonly problems: readonly string[];
}

export function cellWarnings({ cell, pinning, problems }: CellEvidence): Warning[] {
  return [
    ...deliveryWarnings(cell, problems),
    ...byteWarnings(cell),
    ...loadWarnings(cell),
    ...linkWarnings(cell),
    ...machineWarnings(pinning, cell),
  ];
}

function deliveryWarnings(cell: CellEvidence['cell'], problems: readonly string[]): Warning[] {
  const { delivery, cutOffClients, point } = cell;
  const found: Warning[] = [];
  const hint = 'The cell is invalid and is not charted. Look for a client that was cut off, or for a defect.';
  const { stalledClients = 0 } = point;
  const meant = stalledClients > 0 ? ` ${stalledClients} were meant not to.` : '';
  const cutOff =
    cutOffClients > stalledClients ? ` The server cut off ${cutOffClients} clients that did not read.${meant}` : '';
  const seen = `${cutOff}${problems.length > 0 ? ` First: ${problems[0]}` : ''}`;
  if (delivery.missing > 0 || delivery.unexpected > 0) {
    const lost = `${delivery.missing} of ${delivery.expected} deliveries are missing, ${delivery.unexpected} unexpected.`;
    found.push(severe('lost', lost + seen, hint));
  }
  if (delivery.duplicated > 0) found.push(severe('duplicated', `${delivery.duplicated} events came twice.`, hint));
  if (delivery.outOfOrder > 0) found.push(severe('reordered', `${delivery.outOfOrder} events came late.`, hint));
  return found;
}
