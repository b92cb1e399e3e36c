import { describe, expect, it } from 'vitest';
import { lanes } from '../../catalogue/lanes.ts';
import { profiles } from '../../catalogue/profiles.ts';
import { scenarios } from '../../catalogue/scenarios.ts';
import { describeCatalogue } from '../../cli/list-command.ts';
import { severe } from '../../contract/result.ts';
import { failed, makeResult, POINT, type ResultSpec } from '../../tests/fixture.ts';
import { makeSurvey } from '../../tests/survey.ts';
import { describeResult } from './terminal.ts';

describe('what a run says at its end', () => {
  const result = makeResult();
  const text = describeResult(result);
  const lines = text.split('\n');

  it('has a row for each lane, with its values in the unit of their column', () => {
    for (const { title } of result.lanes) {
      expect(lines.filter((line) => line.startsWith(`${title} `))).toEqual([
        expect.stringMatching(/^Lane \w+( +[\d.]+){4,}$/),
      ]);
    }
    expect(text).toMatch(/^ +latency p50 +bytes\/delivery +CPU\/delivery +memory\/client\n +ms +B +µs +KiB$/m);
  });

  it('ranks lanes against the reference where the verdict says so, nearest first', () => {
    expect(text).toMatch(/^Lane beta\n {2}latency p50\n {4}\d\.\d+ \[.*\] times slower than Lane alpha\n/m);
    expect(text).toMatch(/^ {4}2\.98 \[[\d., ]+\] times faster than Lane gamma$/m);
    expect(text).toMatch(/^ {2}server CPU per delivery\n(.*\n)? {4}1\.490 \[[\d., ]+\] times less than Lane gamma$/m);
  });

  it('gives no factor without a verdict, and a bound where there is one', () => {
    const comparisons = result.comparisons.map((one) => {
      const verdict = one.lane === 'gamma' ? ('inconclusive' as const) : ('equivalent' as const);
      return { ...one, verdict, low: 0.9, high: 1.1 };
    });
    const told = describeResult({ ...result, comparisons });
    expect(told).not.toMatch(/times (faster|slower|more|less|fewer)/);
    expect(told).toMatch(/^ {4}no practical difference from: Lane alpha$/m);
    expect(told).toMatch(/^ {4}not decided against: Lane gamma \(they differ by no more than 1\d %\)$/m);
  });

  it('says what may be cited, and if not, each reason', () => {
    expect(text).toContain('\nMay be cited: bytes ✓ · CPU ✓ · latency ✓\n');
    const warnings = [severe('one', 'this', '', ['latency', 'cpu']), severe('two', 'that', '', ['packets'])];
    const refused = describeResult(makeResult({ replace: { warnings } }));
    expect(refused).toContain(
      '\nMay be cited: bytes ✓ · CPU ✗ · latency ✗ · packets ✗\n  CPU, latency: one: this\n  packets: two: that\n',
    );
  });

  it('marks figures that may not be cited, in tables and rankings, and says why', () => {
    const refused = describeResult(makeResult({ replace: { warnings: [severe('one', 'this', '', ['latency'])] } }));
    expect(refused).toMatch(/^Lane gamma +7\.\d+† +[\d.]+ /m);
    expect(refused).toMatch(/^ {2}latency: one: this$/m);
    expect(refused).toMatch(/^ {4}2\.98 \[.*\]† times faster than Lane gamma$/m);
    expect(refused).toMatch(/^ {4}1\.490 \[.*\] times less than Lane gamma$/m);
    expect(text).not.toMatch(/†|not citable/);
  });

  it('says of a figure that alone may not be cited why', () => {
    const standing = { ok: false, reasons: ['one: this'] };
    const estimates = result.estimates.map((one) => (one.lane === 'gamma' ? { ...one, standing } : one));
    expect(describeResult({ ...result, estimates })).toMatch(/^† not citable: one: this$/m);
  });

  it('ends with a command', () => {
    const next = (spec: ResultSpec) => /^Next: (.*)$/m.exec(describeResult(makeResult(spec)))?.[1];
    expect(next({})).toBe('npm run bench -- merge A B C');
    expect(next({ replace: { warnings: [severe('too-few-rounds', 'this', '', ['cpu'])] } })).toBe('npm run bench');
    expect(next({ replace: { finishedAt: null } })).toBe('npm run bench -- --resume 20260102-030405-test-7');
    expect(next({ change: (cell) => (cell.order === 1 ? failed(cell) : cell) })).toContain('--resume');
    expect(next({ replace: { warnings: [severe('steal', 'this', '', ['latency'])] } })).toBe('npm run bench -- doctor');
  });

  it('says that absolute times are of this session', () => {
    expect(text).toContain('Absolute times are of this session');
  });

  it('says how far a lane is from its duplicate, which gets no row of its own', () => {
    const repeated = describeResult(makeResult({ lanes: ['beta', 'again', 'gamma'], duplicates: { again: 'beta' } }));
    expect(repeated).toMatch(/^The same lane measured twice/m);
    expect(repeated).not.toMatch(/^ *(Lane again|.*than Lane again)/m);
  });

  it('names cells that failed, and says when they were measured again', () => {
    const [first] = result.cells;
    if (first?.state !== 'completed') throw new Error('no cell');
    const cells = [failed(first), ...result.cells.slice(1)];
    expect(describeResult({ ...result, cells })).toMatch(/^failed: .+, round 1: /m);
    const again = [failed(first), ...result.cells.map((cell) => ({ ...cell, order: cell.order + 1 }))];
    expect(describeResult({ ...result, cells: again })).toMatch(/^failed: alpha, round 1 \(measured again\): /m);
  });

  it.each([80, 100])('fits on a terminal of %i columns, of a dozen scenarios too, in 220 lines', (width) => {
    const survey = makeSurvey();
    expect(survey.scenarios.length).toBeGreaterThanOrEqual(12);
    const told = describeResult(survey, width).split('\n');
    expect(told.length).toBeLessThan(220);
    for (const line of told) expect(line.length).toBeLessThanOrEqual(width);
    for (const { title } of survey.scenarios) expect(told.some((line) => line.startsWith(`${title}: `))).toBe(true);
  });

  it('says that a lane was not measured', () => {
    expect(describeResult({ ...result, estimates: [], comparisons: [] })).toContain(
      '\nNot measured: Lane alpha, Lane beta, Lane gamma.\n',
    );
  });

  it('of a result without cells has no table, and throws nothing', () => {
    const none = describeResult(makeResult({ replace: { cells: [], estimates: [], comparisons: [] } }));
    expect(none).toContain('May be cited: ');
    expect(none).not.toMatch(/NaN|undefined/);
  });

  it('shows control characters of a result, and sends none to the terminal', () => {
    const lanes = result.lanes.map((lane) => ({ ...lane, title: `\u001b]0;x\u0007${lane.id}\u009b2J` }));
    const told = describeResult({ ...result, lanes });
    expect(told).toContain('\u{fffd}]0;x\u{fffd}gamma');
    expect(told.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('has a row for each lane of a sweep, its values from the smallest point to the largest', () => {
    const points = [4_096, 64, 65_536, 128].map((payloadBytes) => ({ ...POINT, payloadBytes }));
    const swept = describeResult(makeResult({ points })).split('\n');
    expect(swept).toContain('Payload 64 → 4,096 → 65,536 B (of 4 points)');
    expect(swept.find((line) => line.startsWith('Lane gamma '))).toContain('76 → 4,108 → 65,548');
    expect(swept.filter((line) => line.startsWith('Lane gamma '))).toHaveLength(1);
  });

  it('says of each lane that parks polls which share of events waited for the next one', () => {
    expect(describeResult(makeSurvey())).toMatch(/gap share\n +%\nLane waiting +27\.0 → 95\n/);
  });

  it('says up to where a lane keeps a limit, and what gave out', () => {
    expect(describeResult(makeSurvey())).toMatch(
      /^Lane framing keeps .* up to 500 events\/s, and not at 1,000\s+events\/s/m,
    );
  });
});

it('the catalogue names every lane, scenario and profile with what it means', () => {
  const text = describeCatalogue(lanes, scenarios, profiles);
  for (const { id, summary } of [...lanes, ...profiles]) {
    expect(text).toContain(`  ${id}`);
    expect(text).toContain(summary);
  }
  for (const { id, question } of scenarios) {
    expect(text).toContain(`  ${id}`);
    expect(text).toContain(question);
  }
});
