/** When clients try to come back after a server's death: the attempts of each lane by tenth of a second. */

import type { Figure, LineAxis, LineChart } from '../page-model.ts';
import { laneColumn, lanesOf, laneTable, remark } from '../tables/lane-table.ts';
import type { Anchors } from '../words/anchors.ts';
import { countOf, formatCount, formatSetting } from '../words/format.ts';
import type { LaneAtPlace, ScenarioView } from '../words/places.ts';

const TITLE = 'Connections tried, by tenth of a second';
const TENTH_SECONDS = 0.1;

/** None where no lane lost its server. */
export function herdFigure(view: ScenarioView, anchors: Anchors): Figure[] {
  const lanes = lanesOf(view).filter((lane) => tenthsOf(lane).length > 0);
  if (lanes.length === 0) return [];
  const id = anchors.take(`${view.id} herd`);
  return [
    {
      id,
      title: TITLE,
      definition:
        'Connections that clients tried, by tenth of a second since the death of the server, summed over its deaths and the ' +
        'rounds. A spike is many clients that come back at once.',
      charts: view.places.flatMap((place) => {
        const chart = herdChart(lanes.filter((lane) => place.lanes.includes(lane)));
        const panel = { id: anchors.take(`${id} chart`), title: undefined, chart };
        return chart.lanes.length === 0 ? [] : [{ title: place.varied, panels: [panel] }];
      }),
      tables: [
        laneTable(
          view,
          anchors.take(`${id} table`),
          TITLE,
          'Attempts of all clients, summed over deaths and rounds; times since the death.',
          [
            column('Attempts', '', (tenths) => formatCount(sum(tenths))),
            column('In the first second', '', (tenths) => formatCount(sum(tenths.slice(0, 10)))),
            column('In the busiest tenth', '', (tenths) => formatCount(Math.max(...tenths))),
            column('It began at', 's', (tenths) => secondsOf(tenths.indexOf(Math.max(...tenths)))),
            column('The last attempt by', 's', (tenths) => secondsOf(tenths.length)),
          ],
        ),
      ],
    },
  ];
}

function column(label: string, unit: string, of: (tenths: readonly number[]) => string) {
  return laneColumn(label, unit, (lane) => {
    const tenths = tenthsOf(lane);
    return tenths.length > 0 ? { text: of(tenths) } : remark('none');
  });
}

function tenthsOf({ valid }: LaneAtPlace): number[] {
  const tenths: number[] = [];
  for (const { recovery } of valid) {
    recovery?.attemptsByTenth.forEach((attempts, at) => {
      if (attempts > 0) tenths[at] = (tenths[at] ?? 0) + attempts;
    });
  }
  return Array.from(tenths, (attempts = 0) => attempts);
}

function herdChart(lanes: readonly LaneAtPlace[]): LineChart {
  const all = lanes.map(tenthsOf);
  const longest = Math.max(...all.map(({ length }) => length));
  const x: LineAxis = { title: 'Since the death, s', unit: 's', scale: 'linear', range: [0, Math.ceil(longest / 10)] };
  const y: LineAxis = { title: TITLE, unit: 'attempts', scale: 'linear', range: [0, Math.max(...all.flat())] };
  return {
    kind: 'lines',
    shape: 'steps',
    texts: 'none',
    spread: 'range',
    unit: y.unit,
    label: `Step chart. ${TITLE} for ${countOf(lanes.length, 'lane')}. The table that follows sums them up.`,
    axisTitle: y.title,
    lanes: lanes.map(({ label }) => label),
    lines: all.map((tenths) => ({
      points: [...tenths, 0].map((attempts, at) => ({ x: at * TENTH_SECONDS, y: attempts, low: null, high: null })),
      rounds: [],
    })),
    x,
    y,
  };
}

function secondsOf(tenths: number): string {
  return formatSetting(tenths * TENTH_SECONDS);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
