/** What a run says on the terminal when it ends, and what `list` says. Pure: data → text. */

import type { Lane } from './contract/lane.ts';
import type { Comparison, Estimate, Point, Result } from './contract/result.ts';
import type { Profile } from './profiles.ts';
import type { Scenario } from './scenarios.ts';
import { metricOf } from './stats/metrics.ts';
import { formatInterval, formatRatio } from './stats/quantity.ts';
import { isValid } from './stats/summarise.ts';

const COLUMNS = ['latency.p50Us', 'latency.p95Us', 'wire.perDeliveryBytes', 'server.cpuPerDeliveryUs'];
/** What the sentence about a lane compares. */
const SENTENCE = ['latency.p50Us', 'wire.overheadPerDeliveryBytes', 'server.cpuPerDeliveryUs'];

/** A table per scenario and point, a sentence per lane against the reference, and whether all that may be cited. */
export function describeResult(result: Result): string {
  const blocks = placesOf(result).flatMap(({ scenario, point }) => {
    const title = result.scenarios.find(({ id }) => id === scenario)?.title ?? scenario;
    const heading = `${title}: ${point.clients} clients, ${point.eventsPerSecond} events/s, ${point.payloadBytes} B`;
    return [heading, '', table(result, scenario, point), '', ...sentences(result, scenario, point), ''];
  });
  return [...blocks, ...problems(result), citable(result)].join('\n');
}

function table(result: Result, scenario: string, point: Point): string {
  const header = ['lane', ...COLUMNS.map((id) => metricOf(id).title), 'rounds'];
  const rows = result.lanes.map(({ id, title }) => {
    const estimates = COLUMNS.map((metric) => find(result.estimates, scenario, point, id, metric));
    const rounds = Math.max(0, ...estimates.map((estimate) => estimate?.rounds ?? 0));
    if (rounds === 0) return [title, 'not measured'];
    return [
      title,
      ...estimates.map((estimate) => (estimate ? formatInterval(estimate) : 'n too small')),
      String(rounds),
    ];
  });
  return align([header, ...rows]);
}

function sentences(result: Result, scenario: string, point: Point): string[] {
  const reference = result.lanes.find(({ id }) => id === result.reference);
  if (!reference) return [`No comparison: ${result.reference} is not among the lanes.`];
  return result.lanes
    .filter(({ id }) => id !== reference.id)
    .flatMap(({ id, title }) => {
      const ratios = SENTENCE.flatMap((metric) => {
        const comparison = find(result.comparisons, scenario, point, id, metric);
        return comparison ? [`${metricOf(metric).title.toLowerCase()} × ${formatRatio(comparison)}`] : [];
      });
      return ratios.length > 0 ? [`${title} against ${reference.title}: ${ratios.join(', ')}.`] : [];
    });
}

function problems(result: Result): string[] {
  const lines = result.cells.flatMap((cell) => {
    if (cell.state === 'failed') return [`failed: ${cell.lane}, round ${cell.round}: ${cell.error.message}`];
    if (isValid(cell)) return [];
    return [`invalid: ${cell.lane}, round ${cell.round}: ${cell.warnings.map(({ text }) => text).join(' ')}`];
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

function placesOf({ cells }: Result): { scenario: string; point: Point }[] {
  const places = cells.map(({ scenario, point }) => [JSON.stringify([scenario, point]), { scenario, point }] as const);
  return [...new Map(places).values()];
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
