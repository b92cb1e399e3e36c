import { describe, expect, test } from 'vitest';
import { type Estimate, type Result, severe } from '../../contract/result.ts';
import { makeResult, POINT, REFUSED, withLedger } from '../../tests/fixture.ts';
import { bibtexEntry, bibtexKey, citationId, citationSentence, citeOf } from './citation.ts';
import { Anchors } from './words/anchors.ts';
import { viewsOf } from './words/places.ts';

const estimateOf = (result: Result, metric: string, lane = 'gamma'): Estimate => {
  const found = result.estimates.find((one) => one.metric === metric && one.lane === lane);
  if (!found) throw new Error(`no ${metric}`);
  return found;
};

describe('a sentence', () => {
  test('says what, of which lane, how much, over how many rounds, where, and from which run', () => {
    const result = makeResult({ rounds: 5 });
    const estimate = { ...estimateOf(result, 'latency.p50Us'), value: 1_398.6, low: 1_251.2, high: 1_579.4 };
    expect(citationSentence(result, estimate)).toMatch(
      /^Latency p50 \(p50 of the time from the instant an event was due to the client's first clock reading\) of Lane gamma came to 1\.40 ms, the mean of 5 rounds with a 95 % t interval of \[1\.25, 1\.58\] ms, ×.2\.\d+ \[2\.\d+, 3\.\d+\] that of Lane beta, in the scenario Spread \(10 clients, 20 events\/s, 128 B payload, browser headers, over loopback\), measured on Test CPU, 2 cores, linux 6\.1, Node 20, in 1 session, with Pushlab 0\.0\.1 \(commit abcdef012345, run 20260102-030405-test-7\)\.$/,
    );
  });

  test('says the distance where there was one, and no ratio that may not be cited or has none', () => {
    const far = makeResult({ points: [{ ...POINT, rttMs: 100 }] });
    expect(citationSentence(far, estimateOf(far, 'latency.p50Us'))).toContain('browser headers, RTT 100 ms), measured');
    expect(citationSentence(far, estimateOf(far, 'latency.p50Us', 'beta'))).not.toContain('that of');
    const standing = { ok: false, reasons: ['disturbed'] };
    const refused = { ...far, comparisons: far.comparisons.map((one) => ({ ...one, standing })) };
    expect(citationSentence(refused, estimateOf(far, 'latency.p50Us'))).not.toContain('that of');
  });

  test('about bytes says which bytes, and their range', () => {
    const result = makeResult({
      change: (cell) => ({
        ...cell,
        wire: { ...cell.wire, perDeliveryBytes: 140 + cell.round / 10 },
      }),
    });
    const sentence = citationSentence(result, estimateOf(result, 'wire.perDeliveryBytes'));
    expect(sentence).toContain('(all bytes on the sockets, both directions, by deliveries within the window)');
    expect(sentence).toContain('came to 140.20 B, the mean of 3 rounds with a range of (140.10–140.30) B,');
  });

  test('about rounds that agree says so', () => {
    const result = makeResult({ change: withLedger });
    expect(citationSentence(result, estimateOf(result, 'wire.perDeliveryBytes'))).toContain(
      'came to 140 B, the mean of 3 rounds that agree to these digits,',
    );
  });

  test('about one round claims no interval, and has all digits of what is counted', () => {
    const result = makeResult({
      rounds: 1,
      change: (cell) => ({ ...cell, wire: { ...cell.wire, perDeliveryBytes: 1_163.55 } }),
    });
    expect(citationSentence(result, estimateOf(result, 'wire.perDeliveryBytes'))).toContain(
      'came to 1,163.55 B in a single round, which gives no interval,',
    );
  });

  test('names the options of the lane as its cells ran with them, and of those its row sets', () => {
    const { lanes, ...result } = makeResult({
      points: [{ ...POINT, pollIntervalMs: 40 }],
      change: (cell) => ({ ...cell, options: { intervalMs: 40, maxBacklogBytes: 1 } }),
    });
    const polled = { ...result, lanes: lanes.map((lane) => ({ ...lane, options: { intervalMs: 1_000 } })) };
    expect(citationSentence(polled, estimateOf(polled, 'latency.p50Us'))).toContain(
      'of Lane gamma (intervalMs = 40) came',
    );
  });

  test('of a figure that may not be cited says that first, with the reasons', () => {
    const warnings = [...REFUSED.warnings, severe('noise-floor', 'It differs.', 'More rounds.', ['latency'])];
    const result = makeResult({ replace: { warnings } });
    expect(citationSentence(result, estimateOf(result, 'latency.p50Us'))).toMatch(
      /^Not citable \(dirty-tree: The code differed from its commit; noise-floor: It differs\): Latency p50 /,
    );
  });

  test('goes by the standing of its figure, not by that of the run', () => {
    const result = makeResult({ replace: { warnings: [severe('code', 'why', 'hint', ['latency'])] } });
    expect(citationSentence(result, estimateOf(result, 'latency.p50Us'))).toMatch(/^Not citable \(code: why\): /);
    expect(citationSentence(result, estimateOf(result, 'wire.perDeliveryBytes'))).toMatch(/^Bytes per delivery /);
  });

  test('is whole for every estimate', () => {
    const result = makeResult({ change: withLedger });
    for (const estimate of result.estimates) {
      const sentence = citationSentence(result, estimate);
      expect(sentence).toMatch(/^[A-Z].*\.$/);
      expect(sentence).not.toMatch(/undefined|null|NaN|\.\.|,,/);
      expect(sentence).toContain(result.id);
    }
  });
});

describe('the figures to cite', () => {
  const citeIn = (result: Result) => citeOf(result, viewsOf(result, new Anchors()));
  const figuresIn = (result: Result) =>
    citeIn(result).scenarios.flatMap(({ lanes }) =>
      lanes.flatMap(({ label, places }) => places.flatMap(({ figures }) => figures.map((one) => ({ label, ...one })))),
    );

  test('are each of its own id, and those of a repeated lane are left out', () => {
    const points = [10, 100].map((clients) => ({ ...POINT, clients }));
    const result = makeResult({ points, lanes: ['beta', 'gamma', 'again'], duplicates: { again: 'beta' } });
    const all = figuresIn(result);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ label }) => label.title))).toEqual(new Set(['Lane beta', 'Lane gamma']));
    expect(all.map(({ id }) => id)).toContain(citationId(estimateOf(result, 'latency.p50Us')));
  });

  test('come with a command for their lane and the one that it is compared with, in their scenario', () => {
    const [scenario] = citeIn(makeResult()).scenarios;
    const commands = scenario?.lanes.map(({ command }) => /--lanes (\S+)/.exec(command)?.[1]);
    expect(commands).toEqual(['alpha,beta', 'beta', 'gamma,beta']);
    for (const { command } of scenario?.lanes ?? []) expect(command).toMatch(/ --scenarios spread .* --seed 7$/);
  });

  test('that may not be cited say so at the start, and the run says which kinds', () => {
    const result = makeResult({ replace: { warnings: [severe('code', 'why', 'hint', ['latency'])] } });
    expect(citeIn(result).refused).toContain('Do not cite figures of latency');
    expect(
      figuresIn(result)
        .filter(({ caveat }) => caveat !== '')
        .map(({ metric }) => metric.kind),
    ).toContain('latency');
    expect(citeIn(makeResult()).refused).toBeUndefined();
  });

  test('are none where nothing was measured', () => {
    const nothing = makeResult({ replace: { cells: [], estimates: [], comparisons: [] } });
    expect(citeIn(nothing)).toMatchObject({ example: undefined, scenarios: [], kinds: [] });
  });
});

describe('an entry', () => {
  test('is keyed by the run and tells what was run, when and where', () => {
    expect(bibtexEntry(makeResult())).toBe(`@misc{pushlab-20260102-030405-test-7,
  author = {{The Pushlab authors}},
  title  = {{Pushlab}: a comparison lab for server push},
  year   = {2026},
  month  = jan,
  note   = {Version 0.0.1, commit abcdef012345, run 20260102-030405-test-7 of 2 January 2026, 03:04 UTC, machine fingerprint f1},
}
`);
  });

  test('of code that was not a commit says so', () => {
    const { environment } = makeResult();
    const withGit = (git: Result['environment']['git']) =>
      bibtexEntry(makeResult({ replace: { environment: { ...environment, git } } }));
    expect(withGit({ commit: null, dirty: null })).toContain('no commit,');
    expect(withGit({ commit: 'abcdef0123456789', dirty: true })).toContain('commit abcdef012345 with changes,');
  });

  test('of a result that may not be cited says so', () => {
    const warnings = [severe('code', 'why', 'hint', ['latency', 'cpu'])];
    expect(bibtexEntry(makeResult({ replace: { warnings } }))).toContain('not citable by its own checks: CPU, latency');
  });

  test('has a key that BibTeX takes, whatever the id', () => {
    expect(bibtexKey({ id: 'a b,{c}%"#' })).toMatch(/^pushlab-[A-Za-z0-9-]+$/);
  });
});
