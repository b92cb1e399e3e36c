import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectRoot } from '../contract/paths.ts';
import { type CompletedCell, KINDS, type Result, SCHEMA_VERSION } from '../contract/result.ts';
import { cellsCsv } from '../report/export/cells-csv.ts';
import { summaryMarkdown } from '../report/export/summary.ts';
import { renderReport } from '../report/page/render.ts';
import { describeComparison } from '../report/terminal/comparison.ts';
import { Anchors } from '../report/view/words/anchors.ts';
import { reportOf } from '../report/view/words/quotes.ts';
import { compareResults } from '../stats/compare.ts';
import { metricOf } from '../stats/metrics/metrics.ts';
import { inVersion3, makeResult, REFUSED } from '../tests/fixture.ts';
import { resultId } from './identity.ts';
import { Store } from './store.ts';

const PUBLISHED = join(projectRoot, 'results/reference');
const RECOMPUTED = /estimates recomputed by Pushlab [\d.]+; recorded by Pushlab [\d.]+ \(commit [0-9a-f]{12}\)/i;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pushlab-store-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Filled fields by the names of their columns, a row each; no field that these tests read has a comma. */
function tableOf(csv: string): Record<string, string>[] {
  const [header = '', ...rows] = csv.trimEnd().split(/\r?\n/);
  const columns = header.split(',');
  return rows.map((row) => {
    const fields = row.split(',');
    return Object.fromEntries(
      columns.map((column, index) => [column, fields[index] ?? '']).filter(([, field]) => field),
    );
  });
}

/** Loads a result from its text, as `report` and `compare` do. */
function load(content: object): Result {
  const path = join(folder, 'stored.json');
  writeFileSync(path, JSON.stringify(content));
  return new Store(folder).load(path).result;
}

/** A result under its own id, and the same file after someone changed it. */
const stored = (changes: Partial<Result> = {}): Result => {
  const result = { ...makeResult(), ...changes };
  return { ...result, id: resultId(result) };
};

describe('a stored result', () => {
  it('of today comes back as it was, with no word of its version', () => {
    const result = stored();
    expect(load(result)).toEqual(result);
  });

  it.each<[string, (result: Result) => Result]>([
    [
      'a cell',
      ({ cells: [first, ...others], ...rest }) => {
        const { latency, ...cell } = first as CompletedCell;
        return { ...rest, cells: [{ ...cell, latency: { ...latency, p50Us: 1 } }, ...others] };
      },
    ],
    ['an estimate', (result) => ({ ...result, estimates: result.estimates.map((one) => ({ ...one, value: 1 })) })],
    [
      'the judgement',
      (result) => ({ ...result, citable: { ...result.citable, bytes: { ok: false, reasons: ['no'] } } }),
    ],
    ['the seed', (result) => ({ ...result, seed: 99 })],
    ['the id', (result) => ({ ...result, id: `${result.id.slice(0, -1)}x` })],
  ])('is refused when %s was changed after the run', (_what, change) => {
    expect(() => load(change(stored()))).toThrow(
      /stored\.json: its id is not the hash of what it says: the file was changed after the run/,
    );
  });

  it('is refused where it does not hold to the schema, which says where', () => {
    expect(() => load(stored({ seed: -1 }))).toThrow(/not a valid result: seed: /);
    expect(() => load({ ...stored(), more: 1 })).toThrow(/not a valid result: .*more/);
  });

  it('of a schema that is not read names the version that wrote it', () => {
    const old = { ...stored(), schemaVersion: 1 };
    expect(() => load(old)).toThrow(
      'schema version 1, of an older Pushlab; this one reads versions 2 and 3 and 4. Use Pushlab 0.0.1 (commit abcdef0123456789) that wrote it',
    );
    expect(() => load({ schemaVersion: 5 })).toThrow(
      'of a newer or another Pushlab; this one reads versions 2 and 3 and 4. Use the Pushlab that wrote it',
    );
  });
});

describe('the published run', () => {
  const text = readFileSync(join(PUBLISHED, 'result.json'), 'utf8');
  const load = () => new Store(folder).load(PUBLISHED).result;

  it('is read with the id of its text, as three runs that were joined, and is citable in bytes, CPU and latency', () => {
    const { schemaVersion, id, lanes, scenarios, merged, citable, warnings } = load();
    expect(JSON.parse(text)).toMatchObject({ id });
    expect(schemaVersion).toBe(SCHEMA_VERSION);
    expect(merged).toHaveLength(3);
    expect([citable.bytes.ok, citable.cpu.ok, citable.latency.ok]).toEqual([true, true, true]);
    expect(warnings).toEqual(JSON.parse(text).warnings);
    expect(lanes.map(({ duplicateOf }) => duplicateOf).filter(Boolean)).toEqual(['websocket']);
    expect(scenarios.map((scenario) => scenario.id)).toEqual(['fanout', 'anatomy', 'idle']);
  });

  it('gives the CSV that was published with it, but for the rows and columns of what was added since', () => {
    const published = tableOf(readFileSync(join(PUBLISHED, 'cells.csv'), 'utf8'));
    const today = tableOf(cellsCsv(load()));
    const metrics = new Set(published.map(({ metric }) => metric));
    const known = today.filter(({ metric }) => metrics.has(metric));
    expect(known).toEqual(published.map((row) => expect.objectContaining(row)));
  });

  it('whose file was changed is refused', () => {
    const path = join(folder, 'changed.json');
    writeFileSync(path, text.replace('"slotShare": 0.5', '"slotShare": 0.4'));
    expect(() => new Store(folder).load(path)).toThrow(/the file was changed after the run/);
  });

  it.each([
    ['a margin', { margin: 0.2 }],
    ['a formula', { of: ({ latency }: CompletedCell) => latency.p50Us * 2 }],
  ])('is read after %s was mended, and page, summary and comparison say who computed', (_what, mended) => {
    const recorded = load();
    const metric = metricOf('latency.p50Us');
    const before = { ...metric };
    try {
      Object.assign(metric, mended);
      const result = load();
      expect(result.id).toBe(recorded.id);
      expect(result.comparisons).not.toEqual(recorded.comparisons);
      expect(result.warnings.at(-1)).toMatchObject({ code: 'recomputed', text: expect.stringMatching(RECOMPUTED) });
      expect(renderReport(result)).toMatch(RECOMPUTED);
      expect(summaryMarkdown(reportOf(result, new Anchors()))).toMatch(RECOMPUTED);
      const comparison = describeComparison(result, result, compareResults(result, result), { isAcross: false });
      expect(comparison).toMatch(RECOMPUTED);
    } finally {
      Object.assign(metric, before);
    }
    expect(renderReport(makeResult())).not.toMatch(RECOMPUTED);
  });
});

it('a result of version 3 has its one verdict for each kind, and each figure the same reasons', () => {
  const result = makeResult({ rounds: 5, replace: REFUSED });
  const old = inVersion3(result);
  const { citable, cells, estimates, comparisons, warnings } = load({ ...old, id: resultId(old) });
  expect(KINDS.map((kind) => citable[kind])).toEqual(KINDS.map(() => result.citable.bytes));
  expect(warnings).toEqual(result.warnings);
  expect(cells[0]).toMatchObject({ attempt: 1, disturbance: { steal: 0, sleepers: [], exceeded: [] } });
  const standings = [...estimates, ...comparisons].map(({ standing }) => standing);
  expect(standings.every(({ ok }) => !ok)).toBe(true);
  expect(new Set(standings.flatMap(({ reasons }) => reasons))).toEqual(new Set(result.citable.bytes.reasons));
});

it.each([
  [0, { process: 'spread', slotShare: 0 }],
  [1, { process: 'spread', slotShare: 1 }],
  [19.5, { process: 'independent', slotGroupSize: 20, quietSlots: 0.5 }],
])('a jitter of %d in version 2 is read as its arrivals', (jitter, arrivals) => {
  const result = makeResult();
  const scenarios = result.scenarios.map(({ varies: _varies, arrivals: _arrivals, ...one }) => ({ ...one, jitter }));
  const old = { ...inVersion3(result), schemaVersion: 2, scenarios };
  expect(load({ ...old, id: resultId(old) }).scenarios).toMatchObject([{ arrivals }]);
});

it('scenarios of version 2 get the axes that they were swept along', () => {
  const result = makeResult();
  const [scenario] = result.scenarios.map(({ varies: _varies, arrivals: _arrivals, ...one }) => ({
    ...one,
    jitter: 0.5,
  }));
  const [point] = scenario?.points ?? [];
  const scenarios = [
    {
      id: 'distance',
      points: [1, 20].flatMap((eventsPerSecond) => [0, 20].map((rttMs) => ({ eventsPerSecond, rttMs }))),
    },
    { id: 'clients', points: [1, 10].map((clients) => ({ clients, eventsPerSecond: 100 / clients })) },
    { id: 'payload', points: [64, 512].map((payloadBytes) => ({ payloadBytes })) },
  ].map(({ id, points }) => ({ ...scenario, id, points: points.map((changes) => ({ ...point, ...changes })) }));
  const old = { ...inVersion3(result), schemaVersion: 2, scenarios };
  expect(load({ ...old, id: resultId(old) }).scenarios.map(({ varies, covaries }) => [varies, covaries])).toEqual([
    [['rttMs', 'eventsPerSecond'], undefined],
    [['clients'], ['eventsPerSecond']],
    [['payloadBytes'], undefined],
  ]);
});

describe('the lock of a results folder', () => {
  it('names the process that has it, and is free again after it', () => {
    const store = new Store(folder);
    const unlock = store.lock();
    expect(readFileSync(join(folder, '.lock'), 'utf8')).toBe(`${process.pid}\n`);
    // Of another process that is alive.
    writeFileSync(join(folder, '.lock'), `${process.ppid}\n`);
    expect(() => new Store(folder).lock()).toThrow(
      `process ${process.ppid} measures into ${folder} (${join(folder, '.lock')} says so); wait until it ends`,
    );
    unlock();
    expect(readFileSync(join(folder, '.lock'), 'utf8')).toBe(`${process.ppid}\n`);
  });

  it.each(['', 'nonsense', '4194305\n'])('that no living process has (%j) is taken over', (left) => {
    writeFileSync(join(folder, '.lock'), left);
    const unlock = new Store(folder).lock();
    expect(readFileSync(join(folder, '.lock'), 'utf8')).toBe(`${process.pid}\n`);
    unlock();
    expect(existsSync(join(folder, '.lock'))).toBe(false);
  });
});
