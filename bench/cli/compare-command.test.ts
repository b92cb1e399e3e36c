import { describe, expect, it } from 'vitest';
import { type CompletedCell, severe } from '../contract/result.ts';
import { describeComparison } from '../report/terminal/comparison.ts';
import { compareResults } from '../stats/compare.ts';
import { makeResult } from '../tests/fixture.ts';
import { metricList } from './compare-command.ts';

const slower = (cell: CompletedCell): CompletedCell => ({
  ...cell,
  latency: { ...cell.latency, p50Us: cell.latency.p50Us * 2 },
});
const [a, b] = [makeResult({ rounds: 5 }), makeResult({ rounds: 5, change: slower })];
const text = (look: Partial<Parameters<typeof describeComparison>[3]> = {}) =>
  describeComparison(a, b, compareResults(a, b), { isAcross: false, ...look });

describe('a comparison of two results', () => {
  it('has a line per lane and metric: both values, the ratio with its interval, the verdict', () => {
    expect(text()).toMatch(/^Lane alpha +Latency p50, ms +0\.8\d+ \[.*\] +1\.\d+ \[.*\] +× 2\.0\d+ \[.*\] +higher/m);
  });

  it('says which runs, and that the machine between them is in no interval', () => {
    expect(text()).toContain(`a: run ${a.id}, Pushlab 0.0.1, commit abcdef012345, Node 20`);
    expect(text()).toContain('What the machine did between the two runs is in none');
  });

  it('marks figures that may not be cited, and says of each run which kinds may', () => {
    const doubtful = makeResult({ rounds: 5, replace: { warnings: [severe('code', 'why', 'hint', ['latency'])] } });
    const lines = describeComparison(a, doubtful, compareResults(a, doubtful), { isAcross: false }).split('\n');
    expect(lines[0]).toMatch(/; bytes ✓ · CPU ✓ · latency ✓$/);
    expect(lines[1]).toMatch(/; bytes ✓ · CPU ✓ · latency ✗; latency: code: why$/);
    expect(lines.find((line) => /^Lane alpha +Latency p50/.test(line))).toMatch(/\[[^\]†]*\] +[\d.]+ \[[^\]]*\] † +×/);
    expect(lines.filter((line) => line.includes('Bytes per delivery') && line.includes('†'))).toEqual([]);
    expect(lines).toContain('† not citable, by the checks of its run.');
    expect(text()).not.toContain('†');
  });

  it('says in each line that it goes across machines, and else in none', () => {
    const lines = text({ isAcross: true })
      .split('\n')
      .filter((line) => line.startsWith('Lane '));
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.every((line) => line.endsWith('different'))).toBe(true);
    expect(text()).not.toContain('different');
  });

  it('is a table for a pull request where that is asked for', () => {
    const lines = text({ markdown: true }).split('\n');
    expect(lines).toContain('| lane | metric | a | b | b to a | verdict |');
    expect(lines).toContain('| --- | --- | --- | --- | --- | --- |');
  });

  it('shows the metrics that are asked for, and refuses those there are not', () => {
    expect(text({ metrics: metricList('wire.perDeliveryBytes') })).not.toContain('Latency');
    expect(() => metricList('latency.p51Us')).toThrow(/--metrics latency\.p51Us: allowed are latency\.p50Us/);
  });

  it('names what only one of them has', () => {
    const fewer = makeResult({ rounds: 5, lanes: ['alpha', 'beta'] });
    expect(describeComparison(a, fewer, compareResults(a, fewer), { isAcross: false })).toContain(
      'Not compared: gamma: only in a.',
    );
  });

  it('with nothing in common says so', () => {
    const other = makeResult({ lanes: ['delta'], reference: 'delta' });
    expect(describeComparison(a, other, compareResults(a, other), { isAcross: false })).toContain('nothing in common');
  });
});
