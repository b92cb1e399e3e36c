import { describe, expect, test } from 'vitest';
import type { Environment, MachineState, Result, Session } from '../../../contract/result.ts';
import { makeResult, QUIET } from '../../../tests/fixture.ts';
import { pageModel } from '../model.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');
const state = (calibrationUs: number): MachineState => ({
  calibrationUs,
  loadAverage: [0.5, 0.4, 0.3],
  pressure: { cpu: 0.012, memory: 0, io: 0.001 },
});
const session: Session = {
  startedAt: '2026-01-02T03:04:05.000Z',
  endedAt: '2026-01-02T03:05:15.000Z',
  cells: 5,
  before: state(40_000),
  after: state(40_400),
};
const killed: Session = { ...session, endedAt: null, cells: 4, after: null };

describe('sessions', () => {
  const tableOf = (sessions: Session[]) => pageModel(makeResult({ replace: { sessions } })).conditions.sessions;
  const rowsOf = (sessions: Session[]) =>
    tableOf(sessions).rows.map(({ header, cells }) => [header, ...cells.map(({ text }) => plain(text))]);

  test('have calibration, load and pressure before and after, and how far the calibration moved', () => {
    expect(rowsOf([session])).toEqual([
      [
        '2 January 2026, 03:04 UTC',
        '1 min 10 s',
        '5',
        '40.0 → 40.4',
        '+1.0',
        '0.500 → 0.500',
        '1.2 → 1.2',
        '0.0 → 0.0',
        '0.1 → 0.1',
      ],
    ]);
    expect(tableOf([session]).definition).toContain('in one go');
  });

  test('say that a run was interrupted and resumed, and how many cells each has', () => {
    const { facts } = pageModel(makeResult({ replace: { sessions: [killed, session] } }));
    expect(facts.find(({ term }) => term === 'Date')?.text).toContain('in 2 sessions');
    expect(tableOf([killed, session]).definition).toContain('interrupted, and resumed once');
    expect(rowsOf([killed, session]).map(([, , cells]) => cells)).toEqual(['4', '5']);
  });

  test('name each value that is not known as such', () => {
    const blind = { ...state(40_000), loadAverage: null, pressure: null };
    expect(rowsOf([{ ...killed, before: blind }])[0]?.slice(1)).toEqual([
      'not known',
      '4',
      '40.0 → not known',
      'not known',
      'not known',
      'not known',
      'not known',
      'not known',
    ]);
  });
});

test('what others took of the machine is told of the worst cell', () => {
  const noisy = makeResult({
    change: (cell) => {
      const sleepers = [0.01, 0.02].map((stoppedShare) => {
        return { core: 1, wakeUps: 9, lateWakeUps: 1, maxLateUs: 9_000, stoppedShare };
      });
      const runDelay = { server: { share: 0, foreignShare: 0, foreignMeanUs: 0 }, probe: null };
      return {
        ...cell,
        disturbance: { ...QUIET, cpuPressure: cell.order / 100, throttled: null, sleepers, runDelay },
      };
    },
  });
  expect(pageModel(noisy).conditions.noise.map(({ text }) => plain(text))).toEqual([
    'none',
    'not known',
    '2.0 % (Lane alpha, Spread, round 1)',
    '9.0 % (Lane gamma, Spread, round 3)',
    'none',
    'not known',
  ]);
});

describe('the environment', () => {
  const entriesOf = (change: Partial<Environment> = {}, replace: Partial<Result> = {}) => {
    const environment = { ...makeResult().environment, ...change };
    const { conditions } = pageModel(makeResult({ replace: { environment, ...replace } }));
    return new Map(conditions.environment.map(({ term, text }) => [term, text]));
  };

  test('has load workers, fingerprint and the code’s hash', () => {
    const entries = entriesOf({ codeSha256: '0123456789abcdef'.repeat(4), fingerprint: 'f00d' }, { workers: 2 });
    expect(entries.get('2 load workers')).toBe('on core 0');
    expect(entries.get('Fingerprint')).toBe('f00d');
    expect(entries.get('Code, SHA-256')).toBe('0123456789abcdef…');
  });

  test('names what is not known instead of leaving it out', () => {
    const entries = entriesOf({ git: { commit: null, dirty: null } });
    for (const term of ['Governor', 'Commit', 'Code, SHA-256', 'File descriptors', 'TCP congestion control']) {
      expect(entries.get(term), term).toBe('not known');
    }
    expect(entries.get('Node')).toBe('20: V8 11, libuv 1, llhttp not known, OpenSSL not known');
  });
});

describe('a distance', () => {
  const link = {
    rttMs: 40,
    lateness: { p50Us: 20, p99Us: 400, maxUs: 900, chunks: 50 },
    residualBytes: 0,
    cpuShare: 0.05,
    elapsedUs: 3e6,
  };
  const netem = {
    up: { sentPackets: 90, droppedPackets: 10 },
    down: { sentPackets: 99, droppedPackets: 1 },
  };
  const textsOf = (table: { rows: readonly { cells: readonly { text: string }[] }[] } | undefined) =>
    table?.rows[0]?.cells.map(({ text }) => plain(text));

  test('tells how late the link was, where there was one', () => {
    const { conditions } = pageModel(makeResult({ change: (cell) => ({ ...cell, link }) }));
    expect(textsOf(conditions.link)).toEqual(['0.0200', '0.400', '0.900', '5.0']);
    expect(conditions.link?.folded && plain(conditions.link.folded)).toBe('late by up to 0.400 ms at p99');
    expect(conditions.netem).toBeUndefined();
  });

  test('tells what the kernel dropped, where it made the distance', () => {
    const { conditions } = pageModel(makeResult({ change: (cell) => ({ ...cell, netem }) }));
    expect(textsOf(conditions.netem)).toEqual(['189', '11', '5.5']);
    expect(conditions.link).toBeUndefined();
    const none = pageModel(makeResult({})).conditions;
    expect([none.link, none.netem]).toEqual([undefined, undefined]);
  });
});
