/** What waits for the next poll, over the events of a round trip, beside what is expected of independent events. */

import { expectedQueuedShare } from '../../../stats/gap.ts';
import { chartedIn, headlineOf } from '../../../stats/metrics/metrics.ts';
import { type SettingsAxis, settingsAxis } from '../charts/numeric-axis.ts';
import { settingsChart } from '../charts/settings-chart.ts';
import {
  byRoundTrip,
  eventsPerRoundTrip,
  expectedText,
  LONGEST,
  type Located,
  locatedIn,
  measuredIn,
  PERCENTILES,
  percentText,
  type Quantity,
  SHARE,
} from '../findings/gap.ts';
import type { Figure, LineAxis, LineChart, Prose, TableCell } from '../page-model.ts';
import {
  bracketsAndRatios,
  type LaneColumn,
  laneColumn,
  laneTable,
  remark,
  roundsColumn,
  valueColumn,
} from '../tables/lane-table.ts';
import type { Anchors } from '../words/anchors.ts';
import { formatNumber, formatSetting, headed } from '../words/format.ts';
import { labelsOf, type ScenarioView } from '../words/places.ts';
import { inSentence } from '../words/wording.ts';

const TITLE = 'What waits for the next poll';
const METRICS = chartedIn('gap').map(({ id }) => id);

export function gapFigure(view: ScenarioView, anchors: Anchors): Figure {
  const id = anchors.take(`${view.id} gap`);
  const places = byRoundTrip(view.places);
  const located = locatedIn(places);
  const latencies = [...PERCENTILES.filter((one) => measuredIn(located, one).length > 0), LONGEST];
  const panels = gapCharts(located).map(({ title, chart }) => ({ id: anchors.take(`${id} chart`), title, chart }));
  return {
    id,
    title: TITLE,
    definition:
      `${headlineOf('gap').definition}. They wait until the next poll arrives: a round trip after the last answer, and ` +
      'what both ends take for it. Latency is in transits, of half a round trip each: one for an event that finds the poll ' +
      'parked, three for one that just missed it. Expected: x ÷ (x + e⁻ˣ) of events that come independently, x in a round ' +
      'trip, if the ends took no time; the shorter the trip, the more of them wait.',
    finding: findingOf(located),
    charts: panels.length > 0 ? [{ title: undefined, panels }] : [],
    tables: [
      laneTable(
        { ...view, places },
        anchors.take(`${id} table`),
        TITLE,
        `${RATE_BY_RTT.name}: events in a round trip. ${bracketsAndRatios({ ...view, places: [] }, METRICS)}`,
        [
          laneColumn(RATE_BY_RTT.name, '', (_, { point }) =>
            textOr('no distance', eventsPerRoundTrip(point), formatSetting),
          ),
          quantityColumn(SHARE),
          laneColumn('Expected', SHARE.scale.unit, (lane, place) => {
            const events = SHARE.estimate(lane, place) && eventsPerRoundTrip(place.point);
            return textOr('none', events, expectedText);
          }),
          ...latencies.map(quantityColumn),
          roundsColumn(METRICS),
        ],
      ),
    ],
  };
}

function textOr(whyMissing: string, value: number | undefined, format: (value: number) => string): TableCell {
  return value === undefined ? remark(whyMissing) : { text: format(value) };
}

function quantityColumn({ label, scale, estimate, whyMissing }: Quantity): LaneColumn {
  return valueColumn(label, scale, estimate, whyMissing);
}

/** The first lane that parks polls, from the fewest events of a round trip to the most. */
function findingOf(located: readonly Located[]): Prose | undefined {
  const measured = measuredIn(located, SHARE);
  const [label] = labelsOf(measured.map(({ lane }) => lane));
  const mine = measured.filter(({ lane }) => lane.label.index === label?.index).sort((a, b) => a.events - b.events);
  const [first, last] = [mine[0], mine.at(-1)];
  if (!label || !first || !last) return undefined;
  const longest = Math.max(...mine.flatMap(({ lane }) => lane.valid.flatMap((cell) => LONGEST.of(cell) ?? [])));
  const said = ({ lane, place, events }: Located): Prose => [
    `${percentText(SHARE.estimate(lane, place)?.value ?? 0)}\u00a0%`,
    { quiet: ` (expected: ${expectedText(events)}\u00a0%)` },
    ` at ${formatSetting(events)}`,
  ];
  return [
    { strong: label.title },
    ': deliveries that wait for the next poll are ',
    ...said(first),
    ...(first === last ? [] : [' and ', ...said(last)]),
    ` events per round trip; the longest took ${formatNumber(longest)} transits.`,
  ];
}

const RATE_BY_RTT = { name: 'Rate × RTT', unit: 'events', covaries: undefined };
/** The longest way of an event that just missed a poll: its answer down, the next poll up, and the next answer down. */
const LONGEST_BY_DESIGN = { value: 3, text: 'three transits' };
const CURVE_POINTS = 60;

/** The share; the median and the furthest percentile that is quoted wherever it is, on one axis; the longest. */
function gapCharts(located: readonly Located[]): { title: string; chart: LineChart }[] {
  const measured = located.map(({ events }) => events);
  const x = settingsAxis(RATE_BY_RTT, measured);
  const [median, ...tails] = PERCENTILES.filter(
    (one, _, [first]) => first && measuredIn(located, one).length === measuredIn(located, first).length,
  );
  const percentiles = [median, tails.at(-1)].filter((one) => one !== undefined);
  const transits = (shown: readonly Quantity[]): LineAxis => {
    const most = Math.max(...shown.flatMap((one) => located.flatMap((at) => valuesOf(at, one))));
    const range = [0, Math.max(most, LONGEST_BY_DESIGN.value)] as const;
    return { title: headed('Latency', LONGEST.scale), unit: LONGEST.scale.unit, scale: 'linear', range };
  };
  const [common, ofLongest] = [transits(percentiles), transits([LONGEST])];
  const percent: LineAxis = { title: headed(SHARE.label, SHARE.scale), unit: '%', scale: 'linear', range: [0, 100] };
  const shares = lineChart(located, SHARE, x, percent);
  const share = {
    ...shares,
    label: `${shares.label} A dashed curve: what is expected.`,
    shape: 'marks' as const,
    expected: expectedCurve(x),
  };
  return [
    { title: SHARE.label, chart: share },
    ...[...percentiles, LONGEST].map((one) => ({
      title: `Latency, ${inSentence(one.label)}`,
      chart: { ...lineChart(located, one, x, one === LONGEST ? ofLongest : common), limit: LONGEST_BY_DESIGN },
    })),
  ].filter(({ chart }) => chart.lanes.length > 0);
}

/** Without the interval's ends: those of few rounds reach far beyond the values. */
function valuesOf({ lane, place }: Located, { of, estimate }: Quantity): number[] {
  return [estimate(lane, place)?.value, ...lane.valid.map(of)].filter((one) => one !== undefined);
}

function lineChart(located: readonly Located[], quantity: Quantity, x: SettingsAxis, y: LineAxis): LineChart {
  const measured = located.map(({ events, ...at }) => ({ ...at, setTo: events }));
  return settingsChart(measured, { ...quantity, label: `${quantity.label} in ${y.unit}` }, x, y);
}

function expectedCurve({ scale, range: [from, to] }: LineAxis): NonNullable<LineChart['expected']> {
  const points = Array.from({ length: CURVE_POINTS + 1 }, (_, at) => {
    const x = from + ((to - from) * at) / CURVE_POINTS;
    return { x, y: 100 * expectedQueuedShare(scale === 'log' ? 10 ** x : x) };
  });
  return { text: 'expected', points };
}
