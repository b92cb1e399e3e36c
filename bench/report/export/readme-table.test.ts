import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../contract/paths.ts';
import { type Point, parseResult, type Result } from '../../contract/result.ts';
import { recomputed } from '../../record/recompute.ts';
import { makeResult, POINT, type ResultSpec, SCENARIO } from '../../tests/fixture.ts';
import { makeFanOut } from '../tests/test-fan-out.ts';
import { readmeTable, withReadmeTable, withSelfTable } from './readme-table.ts';

const textOf = (path: string) => readFileSync(join(projectRoot, path), 'utf8');

/** The fixture's scenario as the fan-out. */
function fanOut({ points = [POINT], ...spec }: ResultSpec = {}): Result {
  const result = makeResult({ points, ...spec, change: (cell) => ({ ...cell, scenario: 'fanout' }) });
  const [scenario = SCENARIO] = result.scenarios;
  return { ...result, scenarios: [{ ...scenario, id: 'fanout' }] };
}

function cellsOf(table: string): string[][] {
  return table.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('the table in the README', () => {
  it('is that of the published run: npm run readme makes it', () => {
    const readme = textOf('README.md');
    const result = recomputed(parseResult(textOf('results/reference/result.json')));
    expect(readme).toBe(withReadmeTable(readme, result));
    expect(readme).toContain('| lane | Latency, one client, p50');
  });

  it('has a row for each lane but duplicates, and intervals in brackets', () => {
    const [, , ...rows] = cellsOf(readmeTable(fanOut({ duplicates: { gamma: 'beta' } })));
    expect(rows.map(([lane]) => lane)).toEqual(['Lane beta', 'Lane alpha']);
    expect(rows[1]?.[1]).toMatch(/^0\.\d+ \[0\.\d+, 0\.\d+\]$/);
  });

  it('leaves out columns that no lane fills', () => {
    const [heads] = cellsOf(readmeTable(fanOut()));
    expect(heads?.slice(0, 2)).toEqual(['lane', 'Latency in a burst, p50, 10 clients, ms']);
    expect(heads).not.toContain('On the wire, per event, with TCP/IP, B');
    expect(heads).toContain('On the wire, per event, at the socket, B');
  });

  it('has one client beside the burst where the run has it, in one row', () => {
    const points: Point[] = [1, 100].map((clients) => ({ ...POINT, clients }));
    const [heads, , ...rows] = cellsOf(readmeTable(fanOut({ points })));
    expect(heads?.slice(0, 3)).toEqual([
      'lane',
      'Latency, one client, p50, ms',
      'Latency in a burst, p50, 100 clients, ms',
    ]);
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row).not.toContain('–');
  });

  it('has both places of points that share their processes, in one unit, and a row for each poll interval', () => {
    const [heads, , ...rows] = cellsOf(readmeTable(makeFanOut()));
    expect(heads).toEqual([
      'lane',
      ...['Latency, one client, p50, ms', 'Latency in a burst, p50, 100 clients, ms'],
      ...['Latency in a burst, p99, 100 clients, ms', 'On the wire, per event, at the socket, B'],
      ...['Server CPU, per event, µs', 'Server memory, per client, KiB'],
    ]);
    const names = ['Lane beta', 'Lane gamma', 'Lane alpha, 20 events a poll', 'Lane alpha, 1 event a poll'];
    expect(rows.map(([name]) => name)).toEqual(names);
    expect(rows.map(([, oneClient]) => oneClient === '–')).toEqual([false, false, true, true]);
  });

  it('has that of the laboratory itself below it, or nothing where there is none', () => {
    const readme = textOf('README.md');
    const ratio = {
      pair: 'fan-out',
      subject: 'tcp',
      reference: 'bare',
      measure: 'p50',
      ratio: 0.97,
      low: 0.95,
      high: 0.99,
    };
    const { environment, startedAt } = makeResult();
    const ratios = [{ ...ratio, turns: 6, isNarrow: true }];
    const head = { schemaVersion: 1 as const, startedAt, finishedAt: null, command: 'self', environment };
    const filled = withSelfTable(readme, { ...head, ratios, problems: [], run: null });
    expect(filled).toContain('\n\n| Pair | What ÷ what | Measure | Ratio | Turns |\n');
    expect(filled).toContain('| fan-out | tcp ÷ bare | p50 | 0.970 [0.950, 0.990] | 6 |');
    expect(withSelfTable(filled, undefined)).toBe(withSelfTable(readme, undefined));
    expect(withSelfTable(readme, undefined)).not.toContain('What ÷ what');
  });

  it('stands between two marks, and what is around it stays', () => {
    const readme = textOf('README.md');
    const other = withReadmeTable(readme, fanOut());
    expect(other).not.toBe(readme);
    expect(other).toContain(readmeTable(fanOut()));
    expect(withReadmeTable(other, recomputed(parseResult(textOf('results/reference/result.json'))))).toBe(readme);
    expect(() => withReadmeTable('# No marks', fanOut())).toThrow(
      /the README needs "<!-- npm run readme: the table below -->"/,
    );
  });

  it('needs a fan-out that is no sweep', () => {
    expect(() => readmeTable(makeResult())).toThrow(/no scenario fanout/);
    const points: Point[] = [100, 1_000].map((payloadBytes) => ({ ...POINT, payloadBytes }));
    expect(() => readmeTable(fanOut({ points }))).toThrow(/no scenario fanout/);
  });
});
