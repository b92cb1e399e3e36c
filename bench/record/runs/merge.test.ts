import { describe, expect, it } from 'vitest';
import { type CompletedCell, parseResult, type Result, severe } from '../../contract/result.ts';
import { makeResult, type ResultSpec, withLedger } from '../../tests/fixture.ts';
import { mergeResults } from './merge.ts';
import { settingDifferences } from './settings.ts';

/** A run that began so many hours after the first. */
function runAt(hours: number, { replace = {}, ...spec }: ResultSpec = {}): Result {
  const at = (minutes: number) => new Date(Date.UTC(2026, 0, 2, 3 + hours, minutes)).toISOString();
  const whole = { id: `run-${hours}`, startedAt: at(0), finishedAt: at(5), seed: hours + 1 };
  return makeResult({ ...spec, replace: { ...whole, ...replace } });
}

const slower = (factor: number) => (cell: CompletedCell) => ({
  ...cell,
  latency: { ...cell.latency, p50Us: cell.latency.p50Us * factor },
});
const { environment, scenarios } = makeResult();
const [scenario] = scenarios;
if (!scenario) throw new Error('no scenario');

describe('a merged result', () => {
  const runs = [runAt(0), runAt(1, { change: slower(1.2) }), runAt(2, { change: slower(0.9) })];
  const merged = mergeResults(runs);

  it('is a valid result', () => {
    expect(parseResult(JSON.stringify(merged))).toEqual(merged);
  });

  it('has the cells of all runs, each with the number of its run', () => {
    expect(merged.cells).toHaveLength(runs.flatMap(({ cells }) => cells).length);
    const ofSecond = merged.cells.filter(({ run }) => run === 2).map(({ run: _run, ...cell }) => cell);
    expect(ofSecond).toEqual(runs[1]?.cells);
  });

  it('has the samples of the wire of its first run alone', () => {
    const message = {
      direction: 'down' as const,
      afterUs: 0,
      layers: [['payload', 1] as ['payload', number]],
      bytes: 'eA==',
    };
    const sampled = (cell: CompletedCell): CompletedCell => {
      const { wire } = withLedger(cell);
      const samples = [{ kind: 'event' as const, events: 1, messages: [message] }];
      return { ...cell, wire: { ...wire, ...(wire.ledger && { ledger: { ...wire.ledger, samples } }) } };
    };
    const { cells } = mergeResults([runAt(0, { change: sampled }), runAt(1, { change: sampled })]);
    const runsWith = cells.flatMap((cell) =>
      cell.state === 'completed' && cell.wire.ledger?.samples ? [cell.run] : [],
    );
    expect(new Set(runsWith)).toEqual(new Set([1]));
  });

  it('names its runs in the order in which they began, however they are named', () => {
    expect(merged.merged?.map(({ id }) => id)).toEqual(['run-0', 'run-1', 'run-2']);
    expect(mergeResults(runs.toReversed())).toEqual(merged);
    expect(merged.command).toBe('npm run bench -- merge run-0 run-1 run-2');
    expect([merged.startedAt, merged.finishedAt]).toEqual([runs[0]?.startedAt, runs[2]?.finishedAt]);
    expect(merged.sessions).toHaveLength(3);
  });

  it('has an id of its own', () => {
    expect(merged.id).toMatch(/^20260102-030000-[0-9a-f]{12}$/);
    expect(mergeResults(runs.slice(0, 2)).id).not.toBe(merged.id);
  });

  it('estimates from all of its cells', () => {
    const p50 = ({ estimates }: Result) =>
      estimates.find(({ metric, lane }) => metric === 'latency.p50Us' && lane === 'alpha')?.value ?? Number.NaN;
    const mean = Math.exp(runs.reduce((sum, run) => sum + Math.log(p50(run)), 0) / runs.length);
    expect(p50(merged)).toBeCloseTo(mean, 6);
  });

  it('may be cited where all of its runs may', () => {
    expect(Object.values(merged.citable).every(({ ok }) => ok)).toBe(true);
    const no = { ok: false, reasons: ['server-throttled: in cells of alpha.'] };
    const doubtful = runAt(1, { replace: { citable: { ...runs[0]?.citable, cpu: no } as Result['citable'] } });
    const { citable } = mergeResults([runAt(0), doubtful]);
    expect(citable.cpu.ok).toBe(false);
    expect(citable.cpu.reasons.join()).toContain(
      'Run 2 (run-1) may not be cited alone: server-throttled: in cells of alpha.',
    );
  });
});

describe('runs are not joined', () => {
  it.each<[string, Result[], RegExp]>([
    ['alone', [runAt(0)], /at least two runs/],
    ['twice', [runAt(0), runAt(1), runAt(0)], /merge run-0: the run is named twice/],
    ['before they end', [runAt(0), runAt(1, { replace: { finishedAt: null } })], /run-1: the run did not end/],
    [
      'a second time',
      [runAt(0), mergeResults([runAt(1), runAt(2)])],
      /a merged result; name its runs instead: run-1 run-2/,
    ],
    [
      'of other profiles',
      [runAt(0), runAt(1, { replace: { profile: 'paper' } })],
      /profile: "test" in run-0, "paper" in run-1/,
    ],
    ['of other rounds', [runAt(0), runAt(1, { rounds: 5 })], /rounds of spread: 3 in run-0, 5 in run-1/],
    [
      'of other lanes',
      [runAt(0), runAt(1, { lanes: ['alpha', 'beta'] })],
      /lanes: \["alpha","beta","gamma"\] in run-0, \["alpha","beta"\] in run-1/,
    ],
    ['of other load processes', [runAt(0), runAt(1, { replace: { workers: 3 } })], /workers: 1 in run-0, 3 in run-1/],
    [
      'of other windows',
      [runAt(0), runAt(1, { replace: { scenarios: [{ ...scenario, windowEvents: 60 }] } })],
      /windowEvents of spread: not set in run-0, 60 in run-1/,
    ],
    [
      'of other commits',
      [runAt(0), runAt(1, { replace: { environment: { ...environment, git: { commit: 'other', dirty: false } } } })],
      /different versions\. the commit: "abcdef0123456789" in run-0, "other" in run-1\. Allowed with --across-versions/,
    ],
    [
      'of other versions of Node',
      [
        runAt(0),
        runAt(1, { replace: { environment: { ...environment, versions: { ...environment.versions, node: '22' } } } }),
      ],
      /the versions: .*"node":"22"/,
    ],
  ])('%s', (_what, runs, message) => {
    expect(() => mergeResults(runs)).toThrow(message);
  });
});

describe('runs that differ', () => {
  it('in the seed alone measured the same', () => {
    expect(settingDifferences([runAt(0), runAt(1)])).toEqual([]);
  });

  it('in the machine are joined, and the result says in what: it has a fingerprint of its own', () => {
    const other = { ...environment, cpu: { ...environment.cpu, model: 'Other', cores: 8 }, fingerprint: 'f2' };
    const {
      environment: common,
      warnings,
      citable,
    } = mergeResults([runAt(0), runAt(1, { replace: { environment: other } })]);
    expect([common.cpu.model, common.cpu.cores]).toEqual([null, 2]);
    expect(['f1', 'f2']).not.toContain(common.fingerprint);
    const text = warnings.find(({ code }) => code === 'mixed-conditions')?.text;
    expect(text).toContain('2 machines');
    expect(text).toContain('cpu.model ("Test CPU", "Other"), cpu.cores (2, 8)');
    expect(citable.latency.ok).toBe(true);
  });

  it('in their code are joined when that is asked for, and not to be cited', () => {
    const git = { commit: '0123456789abcdef', dirty: false };
    const changed = runAt(1, { replace: { environment: { ...environment, git, codeSha256: 'other' } } });
    const { citable } = mergeResults([runAt(0), changed], { acrossVersions: true });
    expect(citable.bytes.reasons.join()).toContain(
      'mixed-versions: The runs are of different commits: abcdef012345, 0123456789ab',
    );
    const documents = runAt(1, { replace: { environment: { ...environment, git } } });
    expect(mergeResults([runAt(0), documents], { acrossVersions: true }).citable.bytes.ok).toBe(true);
  });

  it('in being of a dirty checkout make the whole dirty', () => {
    const warnings = [severe('dirty-tree', 'The code differed from its commit.', 'Commit first.')];
    const git = { ...environment.git, dirty: true };
    const dirty = runAt(1, { replace: { environment: { ...environment, git }, warnings } });
    const { environment: common, citable } = mergeResults([runAt(0), dirty]);
    expect(common.git.dirty).toBe(true);
    expect(citable.bytes.reasons.join()).toContain('dirty-tree');
  });
});
