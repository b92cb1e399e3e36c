/** The sentences of the page's head, made from the matrix: they change with the result, and compare only what it decides. */

import type { Result } from '../../../../contract/result.ts';
import { formatBound, formatNumber, withUnit } from '../../words/format.ts';
import { isRefused, UNCITABLE_MARK } from '../../words/standing.ts';
import { marginText } from '../../words/verdicts.ts';
import type { Matrix, MatrixColumn, MatrixFigure } from './matrix.ts';

type Lane = Result['lanes'][number];

/** Fewer events a poll than these are about one each. */
const SEVERAL = 1.5;

interface Cost extends MatrixFigure {
  readonly lane: Lane;
}

/**
 * `Push takes 236–256 B an event on the wire. Asking takes 974–992 B, or 172 B when a poll fetches 20.`
 *
 * It says values alone: which of them is smaller is left to the reader, so that no result makes it wrong. Of a result without
 * bytes it says the p50 latency; undefined of one without that.
 */
export function headlineOf(matrix: Matrix): string | undefined {
  const at = ['wire', 'burst', 'alone'].map((id) => matrix.columns.findIndex((column) => column.id === id));
  const found = at.find((index) => index >= 0);
  const column = found === undefined ? undefined : matrix.columns[found];
  if (found === undefined || !column) return undefined;
  const costs = matrix.rows
    .filter(({ isControl }) => !isControl)
    .flatMap(({ lane, cells }) => (cells[found]?.figures ?? []).map((figure): Cost => ({ ...figure, lane })));
  const pushed = costs.filter(({ eventsPerPoll }) => eventsPerPoll === undefined);
  const single = costs.filter(({ eventsPerPoll = SEVERAL }) => eventsPerPoll < SEVERAL);
  const several = costs.filter(({ eventsPerPoll = 0 }) => eventsPerPoll >= SEVERAL);
  const says = (some: readonly Cost[]) => valuesText(some, column);
  const isBytes = column.id === 'wire';
  const verb = isBytes ? 'takes' : 'delivers after';
  const where = isBytes ? ` an event ${column.metric.kind === 'packets' ? 'on the wire' : 'at the socket'}` : ' at p50';
  const fetched = several.length === 0 ? '' : ` when a poll fetches ${eventsText(several)}`;
  const asked = [
    ...(single.length > 0 ? [says(single)] : []),
    ...(several.length > 0 ? [says(several) + fetched] : []),
  ];
  const asking = subject([...single, ...several], 'Asking');
  const sentences = [
    ...(pushed.length > 0 ? [`${subject(pushed, 'Push')} ${verb} ${says(pushed)}${where}.`] : []),
    ...(asked.length > 0 ? [`${asking} ${verb} ${asked.join(', or ')}${pushed.length > 0 ? '' : where}.`] : []),
  ];
  return sentences.length === 0 ? undefined : sentences.join(' ');
}

/** One lane by its name, several by what they do. */
function subject(costs: readonly Cost[], several: string): string {
  const [first, ...others] = new Set(costs.map(({ lane }) => lane.title));
  return first !== undefined && others.length === 0 ? first : several;
}

function valuesText(costs: readonly Cost[], { scale }: MatrixColumn): string {
  const values = costs.map(({ estimate: { value } }) => value / scale.factor);
  const [least, most] = [Math.min(...values), Math.max(...values)].map(formatNumber);
  const mark = costs.some(({ estimate }) => isRefused(estimate)) ? UNCITABLE_MARK : '';
  return withUnit(least === most ? `${least}` : `${least}–${most}`, scale) + mark;
}

function eventsText(costs: readonly Cost[]): string {
  const events = costs.map(({ eventsPerPoll = 0 }) => Math.round(eventsPerPoll));
  const [least, most] = [Math.min(...events), Math.max(...events)];
  return least === most ? `${least}` : `${least}–${most}`;
}

/**
 * `In a burst, Server-Sent Events is slower than WebSocket by 0.19 ms at p50 (× 1.20). From a round trip of 5.8 ms on, that is less
 * than 5 % of the delay.` Of the reference and the lane after it that pushes too; undefined without such two, or where
 * their comparison may not be cited.
 */
export function contestText({ columns, rows, reference }: Matrix): string | undefined {
  const at = columns.findIndex(({ id }) => id === 'burst');
  const [first, second] = rows.filter(({ lane, isControl }) => lane.polls === undefined && !isControl);
  if (at < 0 || !first || !second || first.label !== reference) return undefined;
  const [mine, other] = [second, first].map(({ cells }) => cells[at]?.figures[0]);
  const { comparison, estimate } = mine ?? {};
  if (!comparison || !estimate || !other || isRefused(comparison)) return undefined;
  const { verdict, margin } = comparison;
  const names = `${second.label.title} and ${first.label.title}`;
  if (verdict === 'equivalent') return `In a burst, ${names} are within ${marginText(margin)} of one another at p50.`;
  if (verdict === 'inconclusive') return `In a burst, these rounds do not decide which of ${names} is faster.`;
  const word = verdict === 'lower' ? 'faster' : 'slower';
  const { difference = '', ratio } = second.cells[at] ?? {};
  return (
    `In a burst, ${second.label.title} is ${word} than ${first.label.title} by ${difference.slice(1)} at p50 (${ratio}).` +
    hiddenText(estimate.value - other.estimate.value, other.estimate.value, margin)
  );
}

/**
 * From which round trip on a difference is less than the margin of the delay, of which half a round trip is then a part.
 *
 * @param differenceUs of the p50
 * @param p50Us of the reference
 */
function hiddenText(differenceUs: number, p50Us: number, margin: number): string {
  const rttMs = (2 * (Math.abs(differenceUs) / margin - p50Us)) / 1e3;
  if (rttMs <= 0) return '';
  return ` From a round trip of ${withUnit(formatBound(rttMs), { unit: 'ms' })} on, that is less than ${marginText(margin).slice(1)} of the delay.`;
}
