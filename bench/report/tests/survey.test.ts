import { describe, expect, test } from 'vitest';
import { type CompletedCell, notice, type Result, type Verdict } from '../../contract/result.ts';
import { failed, makeResult, POINT, SCENARIO } from '../../tests/fixture.ts';
import { echoing, killed, makeSurvey, opened } from '../../tests/survey.ts';
import { kneesOf } from '../view/findings/knee.ts';
import { pageModel } from '../view/model.ts';
import type { Chart, Figure, LineChart, Table } from '../view/page-model.ts';
import { Anchors } from '../view/words/anchors.ts';
import { viewsOf } from '../view/words/places.ts';
import { proseText } from '../view/words/verdicts.ts';

const survey = makeSurvey();
const model = pageModel(survey);

const figureOf = (id: string, of = model): Figure => {
  const figure = of.sections.flatMap(({ figures }) => figures).find((one) => one.id === id);
  if (!figure) throw new Error(`no figure ${id}`);
  return figure;
};
const chartsOf = (id: string, of = model): Chart[] =>
  (figureOf(id, of).charts ?? []).flatMap(({ panels }) => panels.map(({ chart }) => chart));
const linesOf = (id: string, of = model): LineChart[] => chartsOf(id, of).filter((chart) => chart.kind === 'lines');
const cellsOf = ([table]: readonly Table[], lane: string): string[] =>
  table?.rows.find(({ header }) => header === lane)?.cells.map(({ text }) => text) ?? [];

describe('a sweep', () => {
  test('is one chart with a line a lane, a point for each setting and a dot for each round', () => {
    const [chart, ...others] = linesOf('many-latency');
    expect(others.map(({ axisTitle }) => axisTitle.split(',')[0])).toEqual([
      'Server CPU per delivery',
      'Server memory per client',
    ]);
    expect(chart?.lanes).toHaveLength(6);
    expect(chart?.x.ticks?.map(({ text }) => text)).toEqual(['1', '10', '100', '1,000', '10,000']);
    for (const { points, rounds } of chart?.lines ?? []) {
      expect(points.map(({ x }) => x)).toEqual(chart?.x.ticks?.map(({ at }) => at));
      expect(rounds).toHaveLength(points.length * 3);
    }
  });

  test('has the estimates of the result', () => {
    const chart = linesOf('many-latency').find(({ y }) => y.title.startsWith('Server CPU'));
    const at = survey.estimates.filter(
      ({ lane, scenario, metric }) => lane === 'waiting' && scenario === 'many' && metric === 'server.cpuPerDeliveryUs',
    );
    const line = chart?.lines[chart.lanes.findIndex(({ title }) => title === 'Lane waiting')];
    expect(line?.points.map(({ y }) => y).sort()).toEqual(at.map(({ value }) => value).sort());
    expect(
      line?.points.every(
        ({ low, y, high }) => typeof low === 'number' && typeof high === 'number' && low < y && y < high,
      ),
    ).toBe(true);
  });

  test('of two things is a chart for each of the second, on the same axes', () => {
    const charts = linesOf('far-distance');
    const [group, ...others] = figureOf('far-distance').charts ?? [];
    expect(others).toEqual([]);
    expect(group?.panels.map(({ title }) => title)).toEqual(['1 event/s', '20 events/s']);
    expect(charts[0]?.y).toEqual(charts[1]?.y);
    expect(charts[0]?.x).toEqual(charts[1]?.x);
  });

  test('of the payload is one of its overhead, for the payload would hide it', () => {
    const [group] = figureOf('large-bytes').charts ?? [];
    expect(group?.panels.map(({ title }) => title)).toEqual(['Overhead per delivery', 'Server CPU per delivery']);
    expect(linesOf('fast-latency').map(({ axisTitle }) => axisTitle.split(',')[0])).toContain('Bytes per delivery');
  });

  test('of distances stands with the times, beside half the RTT', () => {
    expect(model.time?.figures.map(({ id }) => id)).toContain('far-distance');
    const [near] = linesOf('far-distance');
    expect(near?.expected?.points.map(({ x, y }) => y / x)).toEqual(
      near?.expected?.points.map(() => expect.closeTo(0.5)),
    );
    expect(near?.expected?.points.length).toBeGreaterThan(10);
  });

  test('of headers, or of two points, has a chart for each: there is no axis, or no curve', () => {
    const points = (['minimal', 'node', 'browser'] as const).map((headers) => ({ ...POINT, headers }));
    const of = pageModel(makeResult({ points }));
    const kindsOf = (model: typeof of) => chartsOf('spread-latency', model).map(({ kind }) => kind);
    expect(new Set(kindsOf(of))).toEqual(new Set(['dots']));
    const two = pageModel(makeResult({ points: [1, 10].map((clients) => ({ ...POINT, clients })) }));
    expect(new Set(kindsOf(two))).toEqual(new Set(['dots']));
  });

  test('keeps its table', () => {
    const [table] = figureOf('many-latency').tables;
    expect(table?.rows).toHaveLength(5 * 6);
  });
});

describe('latency against its cost', () => {
  const [bytes, cpu] = linesOf('often-tradeoff');
  const lineOf = (lane: string) => bytes?.lines[bytes.lanes.findIndex(({ title }) => title === lane)]?.points ?? [];

  test('joins the intervals of a lane from the shortest to the longest, each with its text', () => {
    expect(lineOf('Lane asking').map(({ text }) => text)).toEqual([
      'Lane asking, 100 ms',
      '250 ms',
      '500 ms',
      '1 s',
      '2 s',
      '5 s',
    ]);
    expect(lineOf('Lane asking').map(({ y }) => y)).toEqual(
      lineOf('Lane asking')
        .map(({ y }) => y)
        .toSorted((a, b) => a - b),
    );
  });

  test('has one mark with its name of each other lane', () => {
    expect(lineOf('Lane streaming').map(({ text }) => text)).toEqual(['Lane streaming']);
  });

  test('is shown against bytes and against the server’s CPU time, both logarithmic', () => {
    expect([bytes?.x.scale, cpu?.x.scale]).toEqual(['log', 'log']);
    expect([bytes?.x.title, cpu?.x.title]).toEqual(['Bytes per delivery, B', 'Server CPU per delivery, µs']);
    expect(bytes?.y).toEqual(cpu?.y);
  });

  test('lists each lane where it was measured and nowhere else', () => {
    const [table] = figureOf('often-tradeoff').tables;
    expect(table?.rows).toHaveLength(5 + 6);
  });
});

describe('a condition', () => {
  test.each([
    ['dead-recovery', ['Recovery', 'Connections tried, by tenth of a second']],
    ['stalled-isolation', ['Latency p99', 'Peak memory of the server']],
  ])('is shown by its metrics side by side: %s', (id, titles) => {
    const [group, ...others] = figureOf(id).charts ?? [];
    expect(others).toEqual([]);
    expect(group?.panels.map(({ title }) => title)).toEqual(titles);
    for (const { chart } of group?.panels ?? []) expect(chart.lanes).toHaveLength(6);
  });

  test('of silence has bytes on a logarithmic axis and packets beside them, which have no unit', () => {
    const [bytes, packets] = chartsOf('silent-idle');
    expect(bytes?.kind === 'dots' && bytes.scale).toBe('log');
    expect(packets?.axisTitle).toBe('Packets per client and minute');
    expect(packets?.lanes).toHaveLength(5);
    const units = figureOf('silent-idle').tables[0]?.columns.map(({ label, unit }) => [label, unit]);
    expect(units).toContainEqual(['Packets', '']);
    expect(units).toContainEqual(['Server CPU', 'ms']);
  });

  test('says how many openings or messages a percentile that is missing needs', () => {
    const few = (cell: CompletedCell): CompletedCell => {
      const all = opened(echoing(cell));
      return {
        ...all,
        ...(all.opened && { opened: { ...all.opened, count: 58 } }),
        ...(all.upstream && { upstream: { ...all.upstream, messages: 58 } }),
      };
    };
    const scenarios = [{ ...SCENARIO, figures: ['connect' as const, 'upstream' as const] }];
    const of = pageModel(makeResult({ change: few, replace: { scenarios } }));
    expect(figureOf('spread-connect', of).tables[0]?.notes).toEqual([
      'p95: needs 59 connections opened one after another, in all rounds.',
    ]);
    expect(figureOf('spread-upstream', of).tables[0]?.notes).toEqual([
      'p95: needs 59 messages from client to server, in all rounds.',
    ]);
  });

  test('of few points shows own clients and the witness in one chart', () => {
    const [first] = chartsOf('polled-capacity');
    expect(first?.kind === 'dots' && first.series.map(({ label }) => label)).toEqual(['Own clients', 'Witness']);
  });
});

describe('the herd', () => {
  test('has a step for each tenth of a second, summed over rounds, of all lanes on one chart', () => {
    const [chart, ...others] = linesOf('dead-recovery');
    expect(others).toEqual([]);
    expect(chart?.lines).toHaveLength(6);
    expect(chart?.lines[0]?.points.map(({ y }) => y)).toEqual([0, 0, 0, 600, 0, 0, 0, 0, 600, 0]);
  });

  test('that no lane took part in is not shown', () => {
    const scenarios = [{ ...SCENARIO, figures: ['recovery' as const] }];
    const nobody = pageModel(makeResult({ replace: { scenarios } }));
    expect(nobody.further[0]?.figures.map(({ id }) => id)).toEqual(['spread-recovery']);
    const all = pageModel(makeResult({ change: killed, replace: { scenarios } }));
    expect(all.further[0]?.figures.map(({ id }) => id)).toEqual(['spread-recovery', 'spread-herd']);
  });
});

describe('the gap between two long polls', () => {
  const [share] = linesOf('missed-gap');

  test('is a share of the deliveries over the events of a round trip, of the lanes that park polls', () => {
    expect(share?.lanes.map(({ title }) => title)).toEqual(['Lane waiting']);
    expect(share?.x.title).toBe('Rate × RTT, events (logarithmic)');
    expect(share?.x.ticks?.map(({ text }) => text)).toEqual(['0.1', '0.5', '2']);
    const [line] = share?.lines ?? [];
    expect(line?.points.map(({ y }) => Math.round(y))).toEqual([7, 27, 27, 95]);
    expect(line?.rounds).toHaveLength(12);
    // Pairs of the same product stand at the same place.
    expect(line?.points[1]?.x).toBe(line?.points[2]?.x);
  });

  test('stands beside what is expected, from one end of the axis to the other', () => {
    const curve = share?.expected?.points ?? [];
    const [from = 0, to = 0] = share?.x.range ?? [];
    expect(curve[0]?.x).toBeCloseTo(from, 9);
    expect(curve.at(-1)?.x).toBeCloseTo(to, 9);
    expect(curve.map(({ y }) => y)).toEqual(curve.map(({ y }) => y).toSorted((a, b) => a - b));
    const near = curve.reduce((best, one) => (Math.abs(one.x) < Math.abs(best.x) ? one : best));
    // One event a round trip: 1 ÷ (1 + 1/e).
    expect(Math.abs(near.y - 73.1)).toBeLessThan(1);
    expect(cellsOf(figureOf('missed-gap').tables, 'Lane waiting').slice(0, 3)).toEqual(['0.1', '10.0', '7.0']);
  });

  test('has latency in transits of all lanes in its table', () => {
    const at = survey.estimates.find(
      ({ lane, scenario, point, metric }) =>
        lane === 'waiting' && scenario === 'missed' && point.rttMs === 100 && metric === 'latency.p95Us',
    );
    const [table] = figureOf('missed-gap').tables;
    const column = (table?.columns.findIndex(({ label }) => label === 'p95') ?? 0) - 1;
    const cells = table?.rows.filter(({ header }) => header === 'Lane waiting').map((row) => row.cells[column]?.text);
    expect(Number(cells?.at(-1))).toBeCloseTo((at?.value ?? 0) / 50_000, 1);
  });

  test('is told from the fewest events of a round trip to the most', () => {
    expect(proseText(figureOf('missed-gap').finding ?? [])).toMatch(
      /^Lane waiting: deliveries that wait for the next poll are 7\.0\s% \(expected: 10\.0\s%\) at 0\.1 and 95\.0\s% \(expected: 93\.7\s%\) at 2 events per round trip; the longest took [\d.]+ transits\.$/,
    );
  });

  test('has no chart where there is no distance', () => {
    const scenarios = [{ ...SCENARIO, figures: ['gap' as const] }];
    const near = figureOf('spread-gap', pageModel(makeResult({ replace: { scenarios } })));
    expect(near.charts).toEqual([]);
    expect(cellsOf(near.tables, 'Lane alpha').slice(0, 3)).toEqual(['no distance', 'none', 'parks no poll']);
  });
});

describe('isolation', () => {
  test('has a lane’s p99 with and without a stalled client on one row, and their ratio', () => {
    const [latency] = chartsOf('stalled-isolation');
    expect(latency?.kind === 'dots' && latency.series.map(({ label }) => label)).toEqual([
      'no client stalled',
      '1 more client stalled',
    ]);
    const [calm, stalled, ratio] = cellsOf(figureOf('stalled-isolation').tables, 'Lane waiting').map(Number);
    expect(Number(stalled) / Number(calm)).toBeCloseTo(Number(ratio), 2);
    expect(cellsOf(figureOf('stalled-isolation').tables, 'Lane waiting').at(-1)).toBe('1');
  });

  const POINTS = [0, 1].map((stalledClients) => ({ ...POINT, stalledClients }));
  /** Each lane's p99 with a stalled client, by factors of the rounds. */
  const isolated = (factors: Readonly<Record<string, readonly number[]>>) => {
    const scenarios = [{ ...SCENARIO, figures: ['isolation' as const], points: POINTS }];
    const change = (cell: CompletedCell): CompletedCell => {
      const factor = cell.point.stalledClients === 0 ? 1 : (factors[cell.lane]?.[cell.round - 1] ?? 1);
      return { ...cell, latency: { ...cell.latency, p99Us: 1_000 * factor } };
    };
    const of = pageModel(makeResult({ events: 300, rounds: 4, points: POINTS, change, replace: { scenarios } }));
    const [table] = figureOf('spread-isolation', of).tables;
    return {
      finding: proseText(figureOf('spread-isolation', of).finding ?? []).replaceAll('\u00a0', ' '),
      verdicts: table?.rows.map(({ cells }) => cells[2]?.verdict?.glyph),
    };
  };

  test('says of each lane whether others notice, by a verdict', () => {
    const { finding, verdicts } = isolated({
      alpha: [1.5, 1.52, 1.51, 1.49],
      beta: [1, 1.01, 0.99, 1.02],
      gamma: [0.6, 3, 1.1, 1.9],
    });
    expect(verdicts).toEqual(['↑', '≈', '?']);
    expect(finding).toMatch(
      /^With 1 more client stalled, the others’ latency p99 is higher on Lane alpha \(× 1\.505 \[1\.\d+, 1\.\d+\]\); the same within ±20 % on Lane beta; not decided on Lane gamma\.$/,
    );
  });

  test('says that nothing is decided, rather than name the largest ratio', () => {
    const wild = [0.6, 3, 1.1, 1.9];
    expect(isolated({ alpha: wild, beta: wild, gamma: wild }).finding).toBe(
      'With 1 more client stalled, no change of the others’ latency p99 is decided, nor that it stays within ±20 %.',
    );
  });

  test('corrects its verdicts over all lanes', () => {
    // Decided were it alone.
    const near = [1.5, 1.3, 1.42, 1.6];
    const flat = [1, 1.1, 0.92, 1.04];
    const alone = isolated({ alpha: near, beta: [1], gamma: [1] });
    expect(alone.verdicts?.[0]).toBe('↑');
    expect(isolated({ alpha: near, beta: near, gamma: flat }).verdicts?.[0]).toBe('?');
  });

  test('shows the furthest percentile that the run may quote', () => {
    const points = [0, 1].map((stalledClients) => ({ ...POINT, stalledClients }));
    const scenarios = [{ ...SCENARIO, figures: ['isolation' as const], points }];
    const short = pageModel(makeResult({ events: 100, points, replace: { scenarios } }));
    expect(figureOf('spread-isolation', short).charts?.[0]?.panels[0]?.title).toBe('Latency p95');
  });
});

describe('the knee', () => {
  const rows = figureOf('full-knee').tables.find(({ title }) => title.startsWith('Where'))?.rows ?? [];
  const row = (lane: string) => rows.find(({ header }) => header === lane)?.cells.map(({ text }) => text);
  const kneesIn = (result: Result) => viewsOf(result, new Anchors()).flatMap((view) => kneesOf(view));

  test('is where a lane keeps the limit in all rounds, and where it does not, and why', () => {
    expect(row('Lane bare')).toEqual(['2,000 events/s', 'not reached', 'nothing']);
    expect(row('Lane framing')).toEqual(['500 events/s', '1,000 events/s', 'server-saturated']);
  });

  test('is drawn with its limit, in the unit of the axis', () => {
    const [chart] = linesOf('full-knee');
    expect(chart?.limit?.value).toBe(600);
    expect(chart?.y.title).toBe('Latency p99, ms');
  });

  test('comes at a setting that one round misses, though their mean keeps it', () => {
    const cells = survey.cells.map((cell) =>
      cell.scenario === 'full' && cell.lane === 'bare' && cell.point.eventsPerSecond === 100 && cell.round === 2
        ? { ...cell, ...(cell.state === 'completed' && { latency: { ...cell.latency, p99Us: 700_000 } }) }
        : cell,
    );
    const [sweep] = kneesIn({ ...survey, cells });
    const [bare] = sweep?.knees ?? [];
    expect([bare?.held?.varied, bare?.missed?.varied, bare?.limitingFactors]).toEqual([
      '10 events/s',
      '100 events/s',
      [],
    ]);
  });

  test('is not laid to what was there at any load', () => {
    const unpinned = notice('unpinned', '', '');
    const cells = survey.cells.map((cell) => ({ ...cell, warnings: [unpinned, ...cell.warnings] }));
    const [sweep] = kneesIn({ ...survey, cells });
    expect(sweep?.knees.map(({ limitingFactors }) => limitingFactors)).toContainEqual(['server-saturated']);
    expect(sweep?.knees.flatMap(({ limitingFactors }) => limitingFactors)).not.toContain('unpinned');
  });

  test('comes where a cell fails, with the phase', () => {
    const cells = survey.cells.map((cell) =>
      cell.state === 'completed' &&
      cell.scenario === 'full' &&
      cell.lane === 'bare' &&
      cell.point.eventsPerSecond >= 500
        ? failed(cell)
        : cell,
    );
    const [sweep] = kneesIn({ ...survey, cells });
    expect(sweep?.knees[0]?.missed?.varied).toBe('500 events/s');
    expect(sweep?.knees[0]?.limitingFactors).toEqual(['failed in warm-up']);
  });
});

describe('lanes of many', () => {
  const lanes = Array.from({ length: 25 }, (_, at) => `lane-${at}`);
  const result = makeSurvey({ lanes, rounds: 2 });
  const transports = ['one', 'two', 'three', 'four', 'five'];
  const kin = result.lanes.map((lane, at) => ({ ...lane, transport: transports[at % 5] ?? '' }));
  const labels = pageModel({ ...result, lanes: kin }).conditions.lanes.rows.flatMap(({ lane }) => lane ?? []);

  test('have the colour of their transport, and differ within it', () => {
    const own = labels.filter(({ duplicateOf }) => duplicateOf === undefined);
    expect(new Set(own.map(({ hue }) => hue)).size).toBe(5);
    expect(new Set(own.map(({ hue, variant }) => `${hue} ${variant}`)).size).toBe(own.length);
  });
});

describe('a finding', () => {
  const textOf = (id: string, of = model) => proseText(figureOf(id, of).finding ?? []).replaceAll('\u00a0', ' ');

  test('of a sweep has each lane at both ends, and at how many points it differs from the reference', () => {
    expect(textOf('open-connect')).toMatch(/^Time to first event p50, from RTT 0 ms to RTT 100 ms: /);
    expect(textOf('open-connect')).toMatch(/Lane framing [\d.]+ ms to [\d.]+ ms\.$/);
    expect(textOf('open-connect')).toMatch(/Lane bare [\d.]+ ms to [\d.]+ ms \(faster at 3 of 3 points\)/);
    expect(textOf('open-connect')).not.toContain('framing-again');
  });

  test('of lanes side by side begins with the reference, and takes its words from the verdicts', () => {
    const saying = (verdict: Verdict) => {
      const comparisons = survey.comparisons.map((one) => ({ ...one, verdict }));
      return textOf('dead-recovery', pageModel({ ...survey, comparisons }));
    };
    expect(saying('higher')).toMatch(
      /^Recovery p50: Lane framing [\d.]+ \w+ \[[\d.]+, [\d.]+\]; Lane bare [\d.]+ \w+ \(slower\); /,
    );
    expect(saying('equivalent').match(/\(no practical difference\)/g)).toHaveLength(4);
    expect(saying('inconclusive')).not.toMatch(/faster|slower/);
  });

  test('of many lanes has the two ends of their ratios', () => {
    const lanes = Array.from({ length: 12 }, (_, at) => `lane-${at}`);
    const part = { id: 'wide', figures: ['upstream' as const], points: [POINT], change: echoing };
    const of = pageModel(makeSurvey({ lanes, parts: [part] }));
    expect(textOf('wide-upstream', of)).toMatch(
      /^Echo p50: of 10 comparisons, 9 faster, 0 slower, 1 without a decided difference; from Lane lane-0 × 0\.\d+, faster \(to Lane lane-10\) to /,
    );
  });

  test('marks a figure that may not be cited', () => {
    const refused = { ok: false, reasons: ['why'] };
    const estimates = survey.estimates.map((one) => ({ ...one, standing: refused }));
    expect(textOf('dead-recovery', pageModel({ ...survey, estimates }))).toMatch(/Lane framing [\d.]+ \w+†/);
    expect(textOf('dead-recovery')).not.toContain('†');
  });
});
