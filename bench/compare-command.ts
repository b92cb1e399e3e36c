/** `compare A B`: what differs between two results, as a table for the terminal or for a pull request. */

import { UsageError } from './configure.ts';
import { splitList } from './contract/flags.ts';
import type { Result } from './contract/result.ts';
import { EXIT } from './exit.ts';
import { scaleOf } from './export/wording.ts';
import { formatInterval, headed, RATIO } from './report/format.ts';
import { commonText } from './report/points.ts';
import { verdictText } from './report/verdicts.ts';
import { type ComparisonRow, compareResults, type RunComparison } from './stats/compare.ts';
import { groupBy } from './stats/group.ts';
import { metricOf, metrics } from './stats/metrics.ts';
import { type JudgedThreshold, judgeThreshold, parseThreshold } from './stats/threshold.ts';
import type { Store } from './store.ts';
import { align } from './terminal-tables.ts';

export interface CompareFlags {
  readonly acrossMachines?: boolean;
  readonly markdown?: boolean;
  readonly metrics?: readonly string[];
  readonly threshold?: readonly string[];
}

/** What is shown unless other metrics are asked for. */
export const COMPARED_METRICS = [
  'latency.p50Us',
  'latency.p95Us',
  'latency.p99Us',
  'wire.perDeliveryBytes',
  'server.cpuPerDeliveryUs',
  'server.heapPerClientBytes',
];

/** @throws UsageError when the two are of different machines and that was not asked for, or a threshold can't be judged */
export function compare(store: Store, nameOfA: string, nameOfB: string, flags: CompareFlags): void {
  const [{ result: a }, { result: b }] = [store.load(nameOfA), store.load(nameOfB)];
  const isAcross = a.environment.fingerprint !== b.environment.fingerprint;
  if (isAcross && !flags.acrossMachines) {
    throw new UsageError(
      `the two ran on different machines (fingerprints ${a.environment.fingerprint} and ${b.environment.fingerprint}); allowed with --across-machines`,
    );
  }
  const thresholds = (flags.threshold ?? []).map((text) => parseThreshold(text, a, b));
  const comparison = compareResults(a, b);
  const judged = thresholds.map((threshold) => judgeThreshold(threshold, comparison));
  console.log(describeComparison(a, b, comparison, { ...flags, isAcross }));
  for (const one of judged) console.log(describeThreshold(one));
  if (judged.some(({ outcome }) => outcome === 'missed')) process.exitCode = EXIT.missed;
}

/** `a,b` → metrics, of those there are. */
export function metricList(value: string): string[] {
  const wanted = splitList(value);
  const unknown = wanted.find((id) => !metrics.some((metric) => metric.id === id));
  if (unknown === undefined) return wanted;
  throw new UsageError(`--metrics ${unknown}: allowed are ${metrics.map(({ id }) => id).join(', ')}`);
}

interface Look {
  readonly markdown?: boolean;
  readonly metrics?: readonly string[];
  /** The two ran on different machines. */
  readonly isAcross: boolean;
}

export function describeComparison(
  a: Result,
  b: Result,
  { rows, uncompared, differences }: RunComparison,
  { markdown = false, metrics: wanted = COMPARED_METRICS, isAcross }: Look,
): string {
  const shown = rows.filter(({ metric }) => wanted.includes(metric));
  const columns = ['lane', 'metric', 'a', 'b', 'b to a', 'verdict', ...(isAcross ? ['machines'] : [])];
  const blocks = [...groupBy(shown, ({ scenario, point }) => `${scenario}: ${commonText([point])}`)].map(
    ([title, ofPlace]) => {
      const lines = ofPlace.map((row) => [...cellsOf(row, a), ...(isAcross ? ['different'] : [])]);
      const table = markdown ? markdownTable(columns, lines) : align([columns, ...lines]);
      return markdown ? `### ${title}\n\n${table}` : `${title}\n\n${table}`;
    },
  );
  const lacks = uncompared.map(
    ({ lane, scenario, metric, reason }) =>
      `Not compared: ${[lane, scenario, metric].filter(Boolean).join(', ')}: ${reason}.`,
  );
  const settings = differences.map(({ lane, scenario, setting, ...of }) => {
    const whose = lane ?? scenario ?? 'the run';
    return `Not the same in both: ${setting} of ${whose}: ${of.a ?? 'none'} in a, ${of.b ?? 'none'} in b.`;
  });
  const notes = [...new Set([...settings, ...lacks])];
  return [
    ...runLines(a, b, markdown),
    ...(blocks.length > 0 ? blocks : ['The two have nothing in common to compare.']),
    notes.map((note) => (markdown ? `- ${note}` : note)).join('\n'),
    'Each interval covers the rounds of its run. What the machine did between the two runs is in none: measure a again beside b where little differs.',
  ]
    .filter((block) => block !== '')
    .join('\n\n');
}

function runLines(a: Result, b: Result, markdown: boolean): string[] {
  const line = (name: string, { id, environment: { git, versions }, citable }: Result) => {
    const code =
      git.commit === null ? 'no commit' : `commit ${git.commit.slice(0, 12)}${git.dirty ? ' with changes' : ''}`;
    const doubt = citable.ok ? '' : `; not to be cited: ${citable.reasons.join(' ')}`;
    return `${markdown ? '- ' : ''}${name}: run ${id}, Pushlab ${versions.pushlab}, ${code}, Node ${versions.node}${doubt}`;
  };
  return [[line('a', a), line('b', b)].join('\n')];
}

function cellsOf(row: ComparisonRow, { lanes }: Result): string[] {
  const metric = metricOf(row.metric);
  const scale = scaleOf(metric, [row.a.value, row.b.value]);
  const side = (of: ComparisonRow['a']) => {
    const { value, interval } = formatInterval({ ...of, spread: row.spread }, scale);
    return [value, interval].filter(Boolean).join(' ');
  };
  const ratio = formatInterval({ value: row.ratio, low: row.low, high: row.high, spread: row.spread }, RATIO);
  return [
    lanes.find(({ id }) => id === row.lane)?.title ?? row.lane,
    headed(metric.title, scale),
    side(row.a),
    side(row.b),
    [`× ${ratio.value}`, ratio.interval].filter(Boolean).join(' '),
    verdictText({ ...row, rounds: Math.min(row.a.rounds, row.b.rounds) }),
  ];
}

function markdownTable(columns: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...lines.map(line)].join('\n');
}

function describeThreshold({ threshold: { text, limit }, outcome, points }: JudgedThreshold): string {
  const seen = points.map(({ row, roundsNeeded }) => {
    const { value, interval } = formatInterval(
      { value: row.ratio, low: row.low, high: row.high, spread: row.spread },
      RATIO,
    );
    const more = roundsNeeded === undefined ? '' : `; ${roundsNeeded ?? 'more than 1,000'} rounds would decide`;
    return `× ${[value, interval].filter(Boolean).join(' ')}${more}`;
  });
  return `threshold ${text} (below × ${limit}): ${outcome}: ${seen.join(', ')}`;
}
