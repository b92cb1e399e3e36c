/**
 * Whether a result's numbers follow from one another. A file that was changed by hand is refused, and says where it no
 * longer adds up.
 */

import { sumOf } from '../contract/ledger.ts';
import { mustAgree } from '../contract/reading.ts';
import { type CompletedCell, InvalidResult, type Result } from '../contract/result.ts';
import { mergeLatency } from '../measure/latency.ts';
import { summarise } from '../stats/summarise.ts';
import { judge } from './citable.ts';
import { resultId } from './identity.ts';

/** Between versions of Node the last digits of logarithms may differ. */
const TOLERANCE = 1e-6;

/** @throws InvalidResult that names what does not add up */
export function verifyResult(result: Result): void {
  for (const cell of result.cells) if (cell.state === 'completed') verifyCell(cell);
  const { estimates, comparisons } = summarise(result.cells, result);
  sameAll(result.estimates, estimates, 'estimates');
  sameAll(result.comparisons, comparisons, 'comparisons');
  if (JSON.stringify(judge(result.warnings, result)) !== JSON.stringify(result.citable)) {
    throw new InvalidResult('citable does not follow from the warnings: the file was changed after the run');
  }
  if (resultId(result) !== result.id) {
    throw new InvalidResult(`its id is not the hash of what it says: the file was changed after the run`);
  }
}

function verifyCell(cell: CompletedCell): void {
  const { delivery, latency, wire, window, point, opened, upstream, recovery } = cell;
  const place = `cell ${cell.order} (${cell.lane}, ${cell.scenario}, round ${cell.round})`;
  const equal = (name: string, actual: number, expected: number) => {
    if (actual === expected) return;
    throw new InvalidResult(
      `${place}: ${name} is ${actual}, but the numbers it is made of give ${expected}: the file was changed after the run`,
    );
  };
  // A connection that is opened is there for one event, from before the window.
  equal('delivery.expected', delivery.expected, point.clients * (opened ? 1 : window.events));
  equal('delivery.delivered', delivery.delivered, delivery.expected - delivery.missing);
  const histograms = {
    latency,
    'opened.firstEvent': opened?.firstEvent,
    'upstream.echo': upstream?.echo,
    'recovery.firstEvent': recovery?.firstEvent,
  };
  for (const [name, stated] of Object.entries(histograms)) {
    if (!stated) continue;
    const { histogram: _histogram, ...summary } = mergeLatency([stated.histogram]);
    for (const [part, value] of Object.entries(summary)) {
      equal(`${name}.${part}`, stated[part as keyof typeof summary], value);
    }
  }
  const { ledger } = wire;
  const isWhole = ledger?.clients === point.clients;
  const bytes = isWhole ? bothWays(ledger.window) : wire.window.clients.sentBytes + wire.window.clients.receivedBytes;
  const deliveries = isWhole ? ledger.window.events : wire.windowDeliveries;
  equal('wire.perDeliveryBytes', wire.perDeliveryBytes, deliveries > 0 ? bytes / deliveries : 0);
  if (ledger && isWhole && mustAgree(cell) && ledger.residualBytes === 0) {
    const { sentBytes, receivedBytes } = wire.cell.clients;
    equal('wire.ledger.cell', bothWays(ledger.cell), sentBytes + receivedBytes);
  }
}

function bothWays({ up, down }: NonNullable<CompletedCell['wire']['ledger']>['cell']): number {
  return sumOf(up) + sumOf(down);
}

/** Those of the file must be among those that its cells give, with the same numbers. */
function sameAll<T extends object>(stated: readonly T[], computed: readonly T[], what: string): void {
  const byPlace = new Map(computed.map((one) => [placeOf(one), one]));
  for (const one of stated) {
    const twin = byPlace.get(placeOf(one));
    if (!twin || !isSame(one, twin)) {
      throw new InvalidResult(
        `${what}: ${placeOf(one)} does not follow from the cells: the file was changed after the run`,
      );
    }
  }
}

function placeOf(one: object): string {
  const { lane, scenario, point, metric, reference } = one as Record<string, unknown>;
  return [lane, reference, scenario, JSON.stringify(point), metric].filter((part) => part !== undefined).join(' ');
}

function isSame(a: object, b: object): boolean {
  return Object.entries(b).every(([key, value]) => {
    const other = (a as Record<string, unknown>)[key];
    if (typeof value !== 'number' || typeof other !== 'number') return JSON.stringify(value) === JSON.stringify(other);
    return Math.abs(value - other) <= TOLERANCE * Math.max(Math.abs(value), Math.abs(other));
  });
}
