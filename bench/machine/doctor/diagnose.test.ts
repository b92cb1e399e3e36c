import { describe, expect, it } from 'vitest';
import { type Check, worstOf } from './check.ts';
import { diagnose } from './diagnose.ts';
import type { Facts, Watched } from './facts.ts';

const MEBIBYTE = 1024 ** 2;

const sleptCore = (core: number, lateWakeUps = 0) => ({
  ...{ core, seconds: 4, wakeUps: 4_000, lateWakeUps },
  ...{ maxLateUs: lateWakeUps === 0 ? 900 : 31_000, stoppedUs: 0 },
});

const quiet: Watched = {
  seconds: 1.6,
  noise: { cpuPressure: 0.01, steal: 0, throttled: 0 },
  calibrationsUs: [35_000, 35_100, 35_050],
  slept: [sleptCore(1), sleptCore(0)],
  canListen: true,
  hasTcpdump: true,
  hasTshark: true,
  netemProblem: null,
};

const good: Facts = {
  node: { version: '22.1.0', required: '20.19' },
  cores: { all: 8, allowed: 4 },
  isPinnable: true,
  loadAverage: 0.1,
  cpuPressure: 0.01,
  clockSource: 'tsc',
  governor: 'performance',
  availableMemoryBytes: 8_192 * MEBIBYTE,
  fileDescriptors: 20_000,
  localPorts: 28_232,
  freeDiskBytes: 80_000 * MEBIBYTE,
  nodeSettings: [],
  git: { commit: 'abcdef0123456789', dirty: false },
  gitProblem: null,
  build: 'current',
  hasSs: true,
  needs: [
    { profile: 'small', clients: 100, descriptors: 164 },
    { profile: 'large', clients: 10_000, descriptors: 10_064 },
  ],
  watched: quiet,
};

function check(id: string, facts: Partial<Facts>): Check | undefined {
  return diagnose({ ...good, ...facts }).find((one) => one.id === id);
}

describe('a machine that will do', () => {
  it('has nothing to be done about it', () => {
    expect(diagnose(good).filter(({ state, hint }) => state !== 'ok' || hint !== undefined)).toEqual([]);
  });

  it('may leave unknown what its system does not tell', () => {
    const untold: Partial<Facts> = {
      loadAverage: null,
      cpuPressure: null,
      clockSource: null,
      governor: null,
      fileDescriptors: null,
      localPorts: null,
      freeDiskBytes: null,
      watched: { ...quiet, noise: { cpuPressure: null, steal: null, throttled: null } },
    };
    expect(worstOf(diagnose({ ...good, ...untold }))).toBe('ok');
  });

  it('is looked at quickly when nothing was watched', () => {
    const { watched: _, ...facts } = good;
    const ids = diagnose(facts).map(({ id }) => id);
    expect(ids).not.toContain('calibration');
    expect(diagnose(good).map(({ id }) => id)).toEqual([
      ...ids,
      'loopback',
      'calibration',
      'noise',
      'wake-ups',
      'capture',
      'netem',
    ]);
  });
});

describe('a check', () => {
  it.each<[string, Check['state'], string, Partial<Facts>]>([
    ['node', 'bad', 'Node is too old', { node: { version: '20.18.9', required: '20.19' } }],
    ['tree', 'bad', 'there are changes', { git: { commit: 'abcdef0123456789', dirty: true } }],
    ['tree', 'bad', 'there is no commit', { git: { commit: null, dirty: null } }],
    ['settings', 'warn', 'a variable changes Node', { nodeSettings: ['NODE_OPTIONS'] }],
    ['build', 'bad', 'sources are newer', { build: 'outdated' }],
    ['build', 'bad', 'nothing is compiled', { build: 'missing' }],
    ['cores', 'bad', 'one core is allowed', { cores: { all: 8, allowed: 1 } }],
    ['cores', 'bad', 'there is one core', { cores: { all: 1, allowed: null } }],
    ['cores', 'ok', 'there are two', { cores: { all: 2, allowed: 2 } }],
    ['pinning', 'warn', 'taskset is missing', { isPinnable: false }],
    ['pinning', 'warn', 'nobody tells the cores', { cores: { all: 8, allowed: null } }],
    ['load', 'ok', 'a quarter of the cores was busy', { loadAverage: 1 }],
    ['load', 'warn', 'more than that was', { loadAverage: 1.01 }],
    ['pressure', 'ok', 'tasks hardly waited', { cpuPressure: 0.1 }],
    ['pressure', 'warn', 'tasks waited', { cpuPressure: 0.11 }],
    ['clock', 'ok', 'the clock is read without a system call', { clockSource: 'kvm-clock' }],
    ['clock', 'warn', 'the clock is slow', { clockSource: 'hpet' }],
    ['governor', 'warn', 'the frequency moves', { governor: 'powersave' }],
    ['memory', 'warn', 'it is short for one profile', { availableMemoryBytes: 1_024 * MEBIBYTE }],
    ['memory', 'bad', 'it is short for all', { availableMemoryBytes: 256 * MEBIBYTE }],
    ['descriptors', 'warn', 'they are short for one profile', { fileDescriptors: 10_063 }],
    ['descriptors', 'bad', 'they are short for all', { fileDescriptors: 163 }],
    ['ports', 'warn', 'they are short for one profile', { localPorts: 9_999 }],
    ['ports', 'bad', 'they are short for all', { localPorts: 99 }],
    ['disk', 'warn', 'there is room for a few runs', { freeDiskBytes: 499 * MEBIBYTE }],
    ['disk', 'bad', 'there is no room', { freeDiskBytes: 49 * MEBIBYTE }],
    ['packets', 'warn', 'ss is missing', { hasSs: false }],
    ['loopback', 'bad', 'nothing can listen', { watched: { ...quiet, canListen: false } }],
    ['calibration', 'ok', 'repeats are close', { watched: { ...quiet, calibrationsUs: [40_000, 41_900, 40_500] } }],
    ['calibration', 'bad', 'repeats differ', { watched: { ...quiet, calibrationsUs: [40_000, 42_100, 40_500] } }],
    ['noise', 'bad', 'cores are stolen', { watched: { ...quiet, noise: { ...quiet.noise, steal: 0.03 } } }],
    ['noise', 'bad', 'a quota holds back', { watched: { ...quiet, noise: { ...quiet.noise, throttled: 0.02 } } }],
    ['noise', 'bad', 'others are busy', { watched: { ...quiet, noise: { ...quiet.noise, cpuPressure: 0.9 } } }],
    ['wake-ups', 'ok', 'few are late', { watched: { ...quiet, slept: [sleptCore(1, 3)] } }],
    ['wake-ups', 'warn', 'one core has many late', { watched: { ...quiet, slept: [sleptCore(1), sleptCore(0, 4)] } }],
    ['wake-ups', 'ok', 'nobody watched', { watched: { ...quiet, slept: [] } }],
    ['capture', 'warn', 'tcpdump is missing', { watched: { ...quiet, hasTcpdump: false } }],
    ['capture', 'warn', 'tshark is missing', { watched: { ...quiet, hasTshark: false } }],
    ['netem', 'warn', 'the kernel lacks it', { watched: { ...quiet, netemProblem: 'needs a kernel with netem' } }],
  ])('of %s is %s when %s, and says what to do unless it is ok', (id, state, _, facts) => {
    const found = check(id, facts);
    expect(found?.state).toBe(state);
    expect(found?.hint === undefined).toBe(state === 'ok');
  });

  it('names the profiles that something is too little for', () => {
    expect(check('descriptors', { fileDescriptors: 1_024 })).toMatchObject({
      seen: '1024 files and sockets per process: not enough for large',
      hint: expect.stringContaining('ulimit -n 10064'),
    });
  });

  it('names what is missing, and not what is there', () => {
    expect(check('capture', { watched: { ...quiet, hasTshark: false } })?.seen).toBe('tshark missing');
  });

  it('tells the late wake-ups of a minute on each core', () => {
    expect(check('wake-ups', { watched: { ...quiet, slept: [sleptCore(1), sleptCore(0, 4)] } })?.seen).toBe(
      'over 5 ms late a minute: core 1 0; core 0 60, the longest 31 ms; events at such a moment come as late (watched for 4.0 s)',
    );
  });

  it.each(['calibration', 'noise'])('of %s says how long it took', (id) => {
    expect(check(id, {})?.seen).toContain('1.6 s');
  });
});

describe('the worst of the checks', () => {
  const states = (...all: Check['state'][]) => all.map((state): Check => ({ id: 'x', state, seen: '' }));

  it.each<[Check['state'], Check[]]>([
    ['bad', states('ok', 'warn', 'bad', 'ok')],
    ['warn', states('ok', 'warn')],
    ['ok', states('ok')],
    ['ok', []],
  ])('is %s among %j', (expected, checks) => {
    expect(worstOf(checks)).toBe(expected);
  });
});
