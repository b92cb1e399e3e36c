/** When clients try to come back after a server's death: the attempts of each lane by tenth of a second. */

import type { Figure, LineAxis, LineChart, Prose } from '../page-model.ts';
import { laneColumn, laneTable, remark } from '../tables/lane-table.ts';
import type { Anchors } from '../words/anchors.ts';
import { formatCount, formatSetting } from '../words/format.ts';
import type { LaneAtPlace, ScenarioView } from '../words/places.ts';

const TITLE = 'The herd';
const TENTH_SECONDS = 0.1;

type Herd = ReturnType<typeof herdsIn>[number];

export function herdFigure(view: ScenarioView, anchors: Anchors): Figure[] {
  const herds = herdsIn(view);
  if (herds.length === 0) return [];
  const id = anchors.take(`${view.id} herd`);
  const longest = Math.max(...herds.map(({ tenths }) => tenths.length));
  const most = Math.max(...herds.flatMap(({ tenths }) => tenths));
  const x: LineAxis = { title: 'Since the death, s', unit: 's', scale: 'linear', range: [0, Math.ceil(longest / 10)] };
  const y: LineAxis = { title: 'Attempts', unit: 'attempts', scale: 'linear', range: [0, most] };
  const isMany = view.places.length > 1;
  const panelOf = (title: string, chart: LineChart) => ({ id: anchors.take(`${id} chart`), title, chart });
  return [
    {
      id,
      title: TITLE,
      definition:
        'Connections that clients tried, by tenth of a second since the death of the server, summed over its deaths and the ' +
        'rounds. A spike is many clients that come back at once.',
      finding: densest(herds),
      charts: view.places.flatMap((place) => {
        const panels = herds
          .filter((herd) => herd.place === place)
          .map((herd) => panelOf(herd.lane.label.title, herdChart(herd, x, y)));
        return panels.length === 0 ? [] : [{ title: isMany ? place.varied : undefined, panels }];
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

function herdsIn({ places }: ScenarioView) {
  return places.flatMap((place) =>
    place.lanes.map((lane) => ({ place, lane, tenths: tenthsOf(lane) })).filter(({ tenths }) => tenths.length > 0),
  );
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

function herdChart({ lane: { label }, tenths }: Herd, x: LineAxis, y: LineAxis): LineChart {
  const steps = [...tenths, 0].map((attempts, at) => ({ x: at * TENTH_SECONDS, y: attempts, low: null, high: null }));
  return {
    kind: 'lines',
    shape: 'steps',
    texts: 'none',
    spread: 'range',
    unit: y.unit,
    label: `Step chart. ${label.title}: ${y.title} by tenth of a second over ${x.title}. The table that follows sums them up.`,
    axisTitle: y.title,
    lanes: [label],
    lines: [{ points: steps, rounds: [] }],
    x,
    y,
  };
}

function densest(herds: readonly Herd[]): Prose {
  const share = ({ tenths }: Herd) => Math.max(...tenths) / sum(tenths);
  const herd = herds.reduce((best, one) => (share(one) > share(best) ? one : best));
  const most = Math.max(...herd.tenths);
  return [
    'The densest herd: ',
    { strong: herd.lane.label.title },
    `, with ${formatCount(most)} of its ${formatCount(sum(herd.tenths))} attempts in the tenth of a second from ` +
      `${secondsOf(herd.tenths.indexOf(most))}\u00a0s on.`,
  ];
}

function secondsOf(tenths: number): string {
  return formatSetting(tenths * TENTH_SECONDS);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
