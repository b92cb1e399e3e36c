/** What a run says on the terminal when it ends, and what `list` says. Pure: data → text. */

import type { Lane } from './contract/lane.ts';
import type { Comparison, Estimate, Point, Result } from './contract/result.ts';
import type { Profile } from './profiles.ts';
import { formatInterval, type Interval, type Quantity, RATIO, type Scale, scaleFor } from './report/format.ts';
import { comparePoints, linkTexts } from './report/points.ts';
import type { Scenario } from './scenarios.ts';
import { metricOf } from './stats/metrics.ts';
import { isValid } from './stats/summarise.ts';

type Figure = Result['scenarios'][number]['figures'][number];

interface Column {
  readonly metric: string;
  readonly quantity: Quantity;
  /** Short: a table fits on a terminal of 100 columns. */
  readonly label: string;
}

interface Table {
  /** Shown for scenarios with any of these figures. */
  readonly figures: readonly Figure[];
  readonly columns: readonly Column[];
}

/** What figures of the page are in tables of the terminal. */
const TABLES: readonly Table[] = [
  {
    figures: ['latency', 'cpu'],
    columns: [
      { metric: 'latency.p50Us', quantity: 'time', label: 'latency p50' },
      { metric: 'latency.p95Us', quantity: 'time', label: 'latency p95' },
      { metric: 'server.cpuPerDeliveryUs', quantity: 'time', label: 'server CPU/delivery' },
    ],
  },
  {
    figures: ['bytes', 'layers'],
    columns: [
      { metric: 'wire.framingPerDeliveryBytes', quantity: 'wire', label: 'framing' },
      { metric: 'wire.headsPerDeliveryBytes', quantity: 'wire', label: 'heads' },
      { metric: 'wire.perDeliveryBytes', quantity: 'wire', label: 'per delivery' },
      { metric: 'wire.tcpIpPerDeliveryBytes', quantity: 'wire', label: 'with TCP/IP' },
      { metric: 'wire.handshakeBytes', quantity: 'wire', label: 'handshake' },
    ],
  },
];
/** What the sentence about a lane compares, by figure. */
const SENTENCE: Readonly<Partial<Record<Figure, readonly string[]>>> = {
  latency: ['latency.p50Us'],
  layers: ['wire.overheadPerDeliveryBytes', 'wire.tcpIpPerDeliveryBytes'],
  cpu: ['server.cpuPerDeliveryUs'],
};

const LINE_COLUMNS = 100;

/** Tables per scenario and point, a sentence per lane against the reference, and whether all that may be cited. */
export function describeResult(result: Result): string {
  const blocks = placesOf(result).flatMap(({ scenario, point }) => {
    const known = result.scenarios.find(({ id }) => id === scenario);
    const { title, figures }: { title: string; figures: readonly Figure[] } = known ?? { title: scenario, figures: [] };
    const { clients, eventsPerSecond, payloadBytes, headers } = point;
    const who = clients === 1 ? '1 client' : `${clients} clients`;
    const load = `${who}, ${eventsPerSecond} events/s, ${payloadBytes} B, headers: ${headers}`;
    const heading = `${title}: ${[load, ...linkTexts(point)].join(', ')}`;
    const tables = TABLES.filter((one) => one.figures.some((figure) => figures.includes(figure)));
    const metrics = figures.flatMap((figure) => SENTENCE[figure] ?? []);
    return [
      heading,
      '',
      ...tables.flatMap(({ columns }) => [table(result, scenario, point, columns), '']),
      ...sentences(result, scenario, point, metrics).map(wrap),
      '',
    ];
  });
  return [...blocks, ...problems(result), citable(result)].join('\n');
}

function table(result: Result, scenario: string, point: Point, wanted: readonly Column[]): string {
  const columns = wanted.map(({ metric, quantity, label }) => {
    const of = (lane: string) => find(result.estimates, scenario, point, lane, metric);
    const scale = scaleFor(
      quantity,
      result.lanes.flatMap(({ id }) => of(id)?.value ?? []),
    );
    return { of, scale, header: `${label}, ${scale.unit}`, isExact: quantity === 'wire' };
  });
  const rows = result.lanes.map(({ id, title }) => {
    const rounds = Math.max(0, ...columns.map(({ of }) => of(id)?.rounds ?? 0));
    if (rounds === 0) return [title, 'not measured'];
    const texts = columns.map(({ of, scale, isExact }) => {
      const estimate = of(id);
      if (!estimate) return 'n too small';
      // Bytes hardly differ between rounds; the page has their intervals.
      return isExact ? formatInterval(estimate, scale).value : text(estimate, scale);
    });
    return [title, ...texts, String(rounds)];
  });
  return align([['', ...columns.map(({ header }) => header), 'rounds'], ...rows]);
}

function sentences(result: Result, scenario: string, point: Point, metrics: readonly string[]): string[] {
  const reference = result.lanes.find(({ id }) => id === result.reference);
  if (!reference) return [`No comparison: ${result.reference} is not among the lanes.`];
  return result.lanes
    .filter(({ id }) => id !== reference.id)
    .flatMap(({ id, title }) => {
      const ratios = metrics.flatMap((metric) => {
        const comparison = find(result.comparisons, scenario, point, id, metric);
        if (!comparison) return [];
        const { title: name } = metricOf(metric);
        return `${name[0]?.toLowerCase()}${name.slice(1)} × ${text({ value: comparison.ratio, ...comparison }, RATIO)}`;
      });
      return ratios.length > 0 ? [`${title} against ${reference.title}: ${ratios.join(', ')}.`] : [];
    });
}

/** Breaks a sentence between words, so that no line is longer than a terminal is likely to be wide. */
function wrap(sentence: string): string {
  const lines = [''];
  for (const word of sentence.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length >= LINE_COLUMNS) lines.push(`  ${word}`);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}

/** `0.91 [0.85, 0.98]` */
function text(interval: Interval, scale: Scale): string {
  const { value, interval: bounds } = formatInterval(interval, scale);
  return bounds ? `${value} ${bounds}` : value;
}

function problems(result: Result): string[] {
  const lines = result.cells.flatMap((cell) => {
    if (cell.state === 'failed') return [`failed: ${cell.lane}, round ${cell.round}: ${cell.error.message}`];
    if (isValid(cell)) return [];
    return [`invalid: ${cell.lane}, round ${cell.round}: ${cell.warnings.map((warning) => warning.text).join(' ')}`];
  });
  return lines.length > 0 ? [...lines, ''] : [];
}

function citable({ citable: { ok, reasons } }: Result): string {
  if (ok) return 'This result may be cited.';
  return ['This result may not be cited:', ...reasons.map((reason) => `  ${reason}`)].join('\n');
}

export function describeCatalogue(
  lanes: readonly Lane[],
  scenarios: readonly Scenario[],
  profiles: readonly Profile[],
): string {
  const laneRows = lanes.map(({ id, summary, options }) => [`  ${id}`, `${summary} ${JSON.stringify(options)}`]);
  const scenarioRows = scenarios.flatMap(({ id, question, points }) => [
    [`  ${id}`, question],
    ...points.map((point) => ['', JSON.stringify(point)]),
  ]);
  const profileRows = profiles.map(({ id, summary, rounds, scenarios: of }) => [
    `  ${id}`,
    `${summary} Scenarios: ${of.join(', ')}; rounds: ${rounds}.`,
  ]);
  return ['Lanes', align(laneRows), '', 'Scenarios', align(scenarioRows), '', 'Profiles', align(profileRows)].join(
    '\n',
  );
}

/** As the scenarios come, and within one from small to large: cells were measured in a random order. */
function placesOf({ cells, scenarios }: Result): { scenario: string; point: Point }[] {
  const places = cells.map(({ scenario, point }) => [JSON.stringify([scenario, point]), { scenario, point }] as const);
  const rank = (scenario: string) => scenarios.findIndex(({ id }) => id === scenario);
  return [...new Map(places).values()].sort(
    (a, b) => rank(a.scenario) - rank(b.scenario) || comparePoints(a.point, b.point),
  );
}

function find<T extends Estimate | Comparison>(
  all: readonly T[],
  scenario: string,
  point: Point,
  lane: string,
  metric: string,
): T | undefined {
  const key = JSON.stringify(point);
  return all.find(
    (one) =>
      one.lane === lane && one.metric === metric && one.scenario === scenario && JSON.stringify(one.point) === key,
  );
}

/** Columns of equal width, two spaces apart. */
function align(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((widest, row) => {
    row.forEach((text, column) => {
      widest[column] = Math.max(widest[column] ?? 0, text.length);
    });
    return widest;
  }, []);
  return rows
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
