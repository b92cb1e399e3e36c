/** What waits for the next poll, over the events of a round trip, beside what is expected of independent events. */

import { expectedQueuedShare } from '../../../stats/gap.ts';
import { chartedIn, headlineOf } from '../../../stats/metrics/metrics.ts';
import { settingsAxis } from '../charts/numeric-axis.ts';
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
  SHARE,
} from '../findings/gap.ts';
import type { Figure, LineAxis, LineChart, Prose, TableCell } from '../page-model.ts';
import { bracketsAndRatios, laneColumn, laneTable, remark, roundsColumn, valueColumn } from '../tables/lane-table.ts';
import type { Anchors } from '../words/anchors.ts';
import { formatNumber, formatSetting, headed } from '../words/format.ts';
import { labelsOf, type ScenarioView } from '../words/places.ts';
import { joined } from '../words/verdicts.ts';

const TITLE = 'What waits for the next poll';
const METRICS = chartedIn('gap').map(({ id }) => id);
const RATE_BY_RTT = { name: 'Rate × RTT', unit: 'events', covaries: undefined };
const CURVE_POINTS = 60;

export function gapFigure(view: ScenarioView, anchors: Anchors): Figure {
  const id = anchors.take(`${view.id} gap`);
  const places = byRoundTrip(view.places);
  const located = locatedIn(places);
  const latencies = [...PERCENTILES.filter((one) => measuredIn(located, one).length > 0), LONGEST];
  const columns = [SHARE, ...latencies].map(({ label, scale, estimate, whyMissing }) =>
    valueColumn(label, scale, estimate, whyMissing),
  );
  const chart = shareChart(located);
  const panels = [{ id: anchors.take(`${id} chart`), title: undefined, chart }];
  return {
    id,
    title: TITLE,
    definition:
      `${headlineOf('gap').definition}. They wait until the next poll arrives: a round trip after the last answer, and ` +
      'what both ends take for it. Latency is in transits, of half a round trip each. Expected: x ÷ (x + e⁻ˣ) of events that ' +
      'come independently, x in a round trip, if the ends took no time; the shorter the trip, the more of them wait.',
    finding: findingOf(located),
    charts: chart.lanes.length > 0 ? [{ title: undefined, panels }] : [],
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
          laneColumn('Expected', SHARE.scale.unit, (lane, place) => {
            const events = SHARE.estimate(lane, place) && eventsPerRoundTrip(place.point);
            return textOr('none', events, expectedText);
          }),
          ...columns,
          roundsColumn(METRICS),
        ],
      ),
    ],
  };
}

function textOr(whyMissing: string, value: number | undefined, format: (value: number) => string): TableCell {
  return value === undefined ? remark(whyMissing) : { text: format(value) };
}

/** The first lane that parks polls, from the fewest events of a round trip to the most. */
function findingOf(located: readonly Located[]): Prose | undefined {
  const measured = measuredIn(located, SHARE);
  const [label] = labelsOf(measured.map(({ lane }) => lane));
  const mine = measured.filter(({ lane }) => lane.label.index === label?.index).sort((a, b) => a.events - b.events);
  if (!label) return undefined;
  const longest = Math.max(...mine.flatMap(({ lane }) => lane.valid.flatMap((cell) => LONGEST.of(cell) ?? [])));
  const ends = [...new Set([mine[0], mine.at(-1)])].flatMap((one) => one ?? []);
  const said = ends.map(
    ({ lane, place, events }): Prose => [
      `${percentText(SHARE.estimate(lane, place)?.value ?? 0)}\u00a0%`,
      { quiet: ` (expected: ${expectedText(events)}\u00a0%)` },
      ` at ${formatSetting(events)}`,
    ],
  );
  return [
    { strong: label.title },
    ': deliveries that wait for the next poll are ',
    ...joined(said, ' and '),
    ` events per round trip; the longest took ${formatNumber(longest)} transits.`,
  ];
}

/** The share that waited, beside what is expected. */
function shareChart(located: readonly Located[]): LineChart {
  const x = settingsAxis(
    RATE_BY_RTT,
    located.map(({ events }) => events),
  );
  const y: LineAxis = { title: headed(SHARE.label, SHARE.scale), unit: '%', scale: 'linear', range: [0, 100] };
  const measured = located.map(({ events, ...at }) => ({ ...at, setTo: events }));
  const chart = settingsChart(measured, { ...SHARE, label: `${SHARE.label} in ${y.unit}` }, x, y);
  const label = `${chart.label} A dashed curve: what is expected.`;
  return { ...chart, label, shape: 'marks', expected: expectedCurve(x), isDense: true };
}

function expectedCurve({ scale, range: [from, to] }: LineAxis): NonNullable<LineChart['expected']> {
  const points = Array.from({ length: CURVE_POINTS + 1 }, (_, at) => {
    const x = from + ((to - from) * at) / CURVE_POINTS;
    return { x, y: 100 * expectedQueuedShare(scale === 'log' ? 10 ** x : x) };
  });
  return { text: 'expected', points };
}
