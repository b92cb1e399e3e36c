/** What a run says on the terminal when it ends, and what `list` says. Pure: data → text. */

import type { Lane } from './contract/lane.ts';
import type { Comparison, Estimate, Point, Result } from './contract/result.ts';
import type { Profile } from './profiles.ts';
import { countOf, formatInterval, type Interval, type Quantity, type Scale, scaleFor } from './report/format.ts';
import { noiseFloorOf } from './report/noise-floor.ts';
import { laneLabels } from './report/places.ts';
import { commonText, distinctPoints, keyOf } from './report/points.ts';
import { wasMeasuredAgain } from './report/retries.ts';
import { comparisonProse, proseText } from './report/verdicts.ts';
import type { Scenario } from './scenarios.ts';
import { metricOf } from './stats/metrics.ts';
import { isValid } from './stats/valid.ts';

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
/** What the sentences about a lane compare, by figure. */
const SENTENCES: Readonly<Partial<Record<Figure, readonly Said[]>>> = {
  latency: [{ metric: 'latency.p50Us', afterVerb: 'latency p50 ' }],
  layers: [
    { metric: 'wire.overheadPerDeliveryBytes', afterVerb: '' },
    { metric: 'wire.tcpIpPerDeliveryBytes', afterVerb: '' },
  ],
  cpu: [{ metric: 'server.cpuPerDeliveryUs', afterVerb: '' }],
};

interface Said {
  readonly metric: string;
  /** What the verb leaves open. */
  readonly afterVerb: string;
}

const LINE_COLUMNS = 100;

/** Whether it may be cited and how far noise goes; tables per scenario and point; a sentence per comparison. */
export function describeResult(result: Result): string {
  const blocks = placesOf(result).flatMap(({ scenario: { id: scenario, title, figures }, point }) => {
    const heading = `${title}: ${commonText([point])}`;
    const tables = TABLES.filter((one) => one.figures.some((figure) => figures.includes(figure)));
    const said = figures.flatMap((figure) => SENTENCES[figure] ?? []);
    return [
      heading,
      '',
      ...tables.flatMap(({ columns }) => [table(result, scenario, point, columns), '']),
      ...sentences(result, scenario, point, said).map(wrap),
      '',
    ];
  });
  const floor = noiseFloorOf(result).map((prose) => wrap(proseText(prose)));
  return [...citable(result), ...floor, '', ...blocks, ...problems(result), reminder(result)].join('\n');
}

function table(result: Result, scenario: string, point: Point, wanted: readonly Column[]): string {
  const columns = wanted.map(({ metric, quantity, label }) => {
    const of = (lane: string) => find(result.estimates, scenario, point, lane, metric);
    const scale = scaleFor(
      quantity,
      result.lanes.flatMap(({ id }) => of(id)?.value ?? []),
    );
    const isExact = quantity === 'wire';
    return { of, scale, header: `${label}, ${scale.unit}`, isExact, whyMissing: isExact ? 'not known' : 'n too small' };
  });
  const rows = [...laneLabels(result)].map(([id, { title }]) => {
    const rounds = Math.max(0, ...columns.map(({ of }) => of(id)?.rounds ?? 0));
    if (rounds === 0) return [title, 'not measured'];
    const texts = columns.map(({ of, scale, isExact, whyMissing }) => {
      const estimate = of(id);
      if (!estimate) return whyMissing;
      // Bytes hardly differ between rounds; the page has their ranges.
      return isExact ? formatInterval(estimate, scale).value : text(estimate, scale);
    });
    return [title, ...texts, String(rounds)];
  });
  return align([['', ...columns.map(({ header }) => header), 'rounds'], ...rows]);
}

function sentences(result: Result, scenario: string, point: Point, said: readonly Said[]): string[] {
  const reference = result.lanes.find(({ id }) => id === result.reference);
  if (!reference) return [`No comparison: ${result.reference} is not among the lanes.`];
  const labels = [...laneLabels(result)].filter(
    ([, { isReference, repeats }]) => !isReference && repeats === undefined,
  );
  return labels.flatMap(([lane, { title }]) =>
    said.flatMap(({ metric, afterVerb }) => {
      const comparisons = result.comparisons.filter((one) => one.reference === reference.id);
      const comparison = find(comparisons, scenario, point, lane, metric);
      if (!comparison) return [];
      const { title: name } = metricOf(metric);
      const what = `${name.charAt(0).toLowerCase()}${name.slice(1)} `;
      const words = { subject: [title], reference: reference.title, what: [what], afterVerb: [afterVerb] };
      return proseText(comparisonProse(comparison, words));
    }),
  );
}

/** Breaks a sentence between words, so that no line is longer than a terminal is likely to be wide. */
function wrap(sentence: string): string {
  const lines = [''];
  for (const word of sentence.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length >= LINE_COLUMNS) lines.push(`  ${word}`);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  // Spaces that may not break are for the page.
  return lines.join('\n').replaceAll('\u00a0', ' ');
}

/** `0.91 [0.85, 0.98]` */
function text(interval: Interval, scale: Scale): string {
  const { value, interval: bounds } = formatInterval(interval, scale);
  return bounds ? `${value} ${bounds}` : value;
}

function problems({ cells }: Result): string[] {
  const lines = cells.flatMap((cell) => {
    const again = wasMeasuredAgain(cell, cells) ? ' (measured again)' : '';
    if (cell.state === 'failed') return [`failed: ${cell.lane}, round ${cell.round}${again}: ${cell.error.message}`];
    if (isValid(cell)) return [];
    return [`invalid: ${cell.lane}, round ${cell.round}: ${cell.warnings.map((warning) => warning.text).join(' ')}`];
  });
  return lines.length > 0 ? [...lines, ''] : [];
}

function citable({ citable: { ok, reasons } }: Result): string[] {
  if (ok) return ['This result may be cited.'];
  return ['This result may not be cited:', ...reasons.map((reason) => `  ${reason}`)];
}

/** What stood first has left the screen by now. */
function reminder({ citable: { ok, reasons } }: Result): string {
  return ok ? 'May be cited.' : `May not be cited: ${countOf(reasons.length, 'reason')}, above.`;
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
function placesOf({ cells, scenarios }: Result): { scenario: Result['scenarios'][number]; point: Point }[] {
  return scenarios.flatMap((scenario) => {
    const points = cells.filter((cell) => cell.scenario === scenario.id).map(({ point }) => point);
    return distinctPoints(points).map((point) => ({ scenario, point }));
  });
}

function find<T extends Estimate | Comparison>(
  all: readonly T[],
  scenario: string,
  point: Point,
  lane: string,
  metric: string,
): T | undefined {
  return all.find(
    (one) =>
      one.lane === lane && one.metric === metric && one.scenario === scenario && keyOf(one.point) === keyOf(point),
  );
}

/** Columns of equal width, two spaces apart. */
export function align(rows: readonly (readonly string[])[]): string {
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
