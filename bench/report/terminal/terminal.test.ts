import { describe, expect, it } from 'vitest';
import { lanes } from '../../catalogue/lanes.ts';
import { profiles } from '../../catalogue/profiles.ts';
import { scenarios } from '../../catalogue/scenarios.ts';
import { describeCatalogue } from '../../cli/list-command.ts';
import { type CompletedCell, severe } from '../../contract/result.ts';
import { failed, makeResult, POINT } from '../../tests/fixture.ts';
import { makeSurvey } from '../../tests/survey.ts';
import { describeResult } from './terminal.ts';

describe('what a run says at its end', () => {
  const result = makeResult();
  const text = describeResult(result);

  const lines = text.split('\n');

  it('has a row for each lane, and a sentence for each comparison with the reference', () => {
    for (const { id, title } of result.lanes) {
      expect(lines.some((line) => line.startsWith(`${title} `))).toBe(true);
      const sentences = lines.filter((line) => line.startsWith(`${title} `) && line.includes(' than Lane beta: '));
      expect(sentences).toHaveLength(id === result.reference ? 0 : 2);
    }
    expect(text).toMatch(/^Lane gamma is slower than Lane beta: latency p50 × 2\.98 \[[\d.]+, [\d.]+\]\.$/m);
    expect(text).toMatch(/^Lane gamma takes more server CPU than Lane beta: × 1\.490 \[[\d.]+, [\d.]+\]\.$/m);
  });

  it('says first whether it may be cited, and if not, each reason; and reminds of it at the end', () => {
    expect(text).toMatch(/^bytes ✓ · CPU ✓ · latency ✓\n/);
    expect(text).toMatch(/\nbytes ✓ · CPU ✓ · latency ✓$/);
    const warnings = [severe('one', 'this', '', ['latency', 'cpu']), severe('two', 'that', '', ['packets'])];
    const refused = describeResult(makeResult({ replace: { warnings } }));
    expect(refused).toMatch(
      /^bytes ✓ · CPU ✗ · latency ✗ · packets ✗\n {2}CPU, latency: one: this\n {2}packets: two: that\n/,
    );
    expect(refused).toMatch(/\nbytes ✓ · CPU ✗ · latency ✗ · packets ✗: 2 reasons, above\.$/);
  });

  it('marks figures that may not be cited, in tables and sentences, and says why', () => {
    const refused = describeResult(makeResult({ replace: { warnings: [severe('one', 'this', '', ['latency'])] } }));
    expect(refused).toMatch(/^Lane gamma +7\.\d+ \[[\d., ]+\]† +.*\] +3$/m);
    expect(refused).toMatch(/^† not citable: one: this$/m);
    expect(refused).toMatch(/^Lane gamma is slower than Lane beta: latency p50 × .* \(not citable\)\.$/m);
    expect(refused).not.toMatch(/server CPU .*not citable/);
    expect(text).not.toMatch(/†|not citable/);
  });

  it('says what silence takes at usual keep-alives, of lanes that were given another period', () => {
    const change = (cell: CompletedCell): CompletedCell => ({
      ...cell,
      window: { ...cell.window, events: 0 },
      ...(cell.lane === 'beta' && { keepAlive: { periodMs: 2_000, usualPeriodMs: 4_000 } }),
    });
    const { scenarios, ...rest } = makeResult({ change });
    const [idle] = scenarios.map((scenario) => ({ ...scenario, figures: ['idle' as const] }));
    if (!idle) throw new Error('no scenario');
    const told = describeResult({ ...rest, scenarios: [idle] });
    const [, bytes = ''] = /^Lane beta +([\d,.]+)/m.exec(told) ?? [];
    const half = (Number(bytes.replaceAll(',', '')) / 2).toLocaleString('en');
    expect(told.replaceAll(/\n +/g, ' ')).toContain(`lanes have by themselves: Lane beta ${half} B.`);
  });

  it('says that absolute times are of this session', () => {
    expect(text).toContain('Absolute times are of this session');
  });

  it('has what polls take, and the parts of latency, of the lanes that have them', () => {
    const change = (cell: CompletedCell): CompletedCell => ({
      ...cell,
      ...(cell.lane === 'gamma' && { polls: { answered: 50, empty: 0 } }),
      ...(cell.lane === 'beta' && { latencyParts: { feedUs: 100, serverUs: 200, wireUs: 300, clientUs: 20 } }),
    });
    const shown = describeResult(makeResult({ change }));
    expect(shown).toMatch(/^ +events\/poll +bytes\/poll, B +CPU\/poll, ms +rounds\nLane gamma +20 .*\n\n/m);
    expect(shown).toMatch(/^ +feed, µs +server, µs .*\nLane beta +100 +200 +300 +20 .*\n\n/m);
  });

  it('says next how far a lane is from its duplicate, which gets a row and no sentence of its own', () => {
    const repeated = describeResult(makeResult({ lanes: ['beta', 'again', 'gamma'], duplicates: { again: 'beta' } }));
    expect(repeated.split('\n')[1]).toMatch(/^The same lane measured twice \(Lane beta; Lane again\) differs by × /);
    expect(repeated).toMatch(/^Lane again +[\d.]+ \[/m);
    expect(repeated).not.toMatch(/^Lane again(,| is| takes)/m);
  });

  it('names cells that failed', () => {
    const cells = result.cells.map((cell, index) => (index === 0 && cell.state === 'completed' ? failed(cell) : cell));
    expect(describeResult({ ...result, cells })).toMatch(/^failed: .+, round 1: /m);
  });

  it('says of a cell that failed when it was measured again', () => {
    const [first] = result.cells;
    if (first?.state !== 'completed') throw new Error('no cell');
    const cells = [failed(first), ...result.cells.map((cell) => ({ ...cell, order: cell.order + 1 }))];
    expect(describeResult({ ...result, cells })).toMatch(/^failed: alpha, round 1 \(measured again\): /m);
  });

  it('fits on a terminal of 100 columns', () => {
    const comparisons = result.comparisons.map((one) => ({
      ...one,
      verdict: 'inconclusive' as const,
      roundsNeeded: null,
    }));
    for (const shown of [text, describeResult({ ...result, comparisons })]) {
      for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    }
  });

  it('says that a lane was not measured instead of leaving it out', () => {
    expect(describeResult({ ...result, estimates: [], comparisons: [] }).match(/not measured/g)).toHaveLength(
      2 * result.lanes.length,
    );
  });

  it('has a row for each lane of a sweep, its values from the smallest point to the largest', () => {
    const points = [4_096, 64, 65_536, 128].map((payloadBytes) => ({ ...POINT, payloadBytes }));
    const swept = describeResult(makeResult({ points })).split('\n');
    expect(swept).toContain('Payload 64 → 4,096 → 65,536 B (of 4 points)');
    expect(swept.find((line) => line.startsWith('Lane gamma '))).toContain('76 → 4,108 → 65,548');
    expect(swept.filter((line) => line.startsWith('Lane gamma '))).toHaveLength(1);
  });

  it('says of a sweep the widest difference and how many comparisons came to what', () => {
    const points = [1, 10, 100].map((clients) => ({ ...POINT, clients }));
    expect(describeResult(makeResult({ points }))).toMatch(
      /^Widest \(\d+ clients?\): Lane (alpha|gamma) is (faster|slower) than Lane beta: latency p50 .*\s+.*6 comparisons: 3 lower, 3 higher\.$/m,
    );
  });

  it('of a dozen scenarios stays within 160 lines of 100 columns', () => {
    const survey = makeSurvey();
    expect(survey.scenarios.length).toBeGreaterThanOrEqual(12);
    const told = describeResult(survey).split('\n');
    expect(told.length).toBeLessThan(160);
    for (const line of told) expect(line.length).toBeLessThanOrEqual(100);
    for (const { title } of survey.scenarios) expect(told.some((line) => line.startsWith(`${title}: `))).toBe(true);
  });

  it('says of each lane that parks polls what waited for the next one, and what is expected', () => {
    const told = describeResult(makeSurvey());
    expect(told).toMatch(/^Lane waiting +rate × RTT +gap share, % +expected +p50, transits +longest, transits$/m);
    expect(told).toMatch(/^20 events\/s, RTT 100 ms +2 +95 +93\.7 +1\.1\d +0\.7\d$/m);
  });

  it('says up to where a lane keeps a limit, and what gave out', () => {
    expect(describeResult(makeSurvey())).toMatch(/^Lane framing +500 events\/s +1,000 events\/s +server-saturated$/m);
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
