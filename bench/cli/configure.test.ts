import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { profiles } from '../catalogue/profiles.ts';
import { planCells } from '../run/plan.ts';
import { EVENTS_NEEDED } from '../stats/percentiles.ts';
import { addBenchFlags, type BenchFlags, checkPoints, configure, SPARE_DESCRIPTORS } from './configure.ts';

const machine = { workers: 1, fileDescriptors: 1_024, localPorts: 28_232 };

function parse(line: string, limits: Parameters<typeof configure>[1] = machine) {
  const command = addBenchFlags(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  command.parse(line.split(' ').filter(Boolean), { from: 'user' });
  return configure(command.opts<BenchFlags>(), limits);
}

describe('flags', () => {
  it('override each number of a profile', () => {
    const config = parse(
      '--profile smoke --lanes tcp,polling --scenarios fanout --rounds 2 --clients 10 --rate 5 --payload 256 --interval 250 --workers 3 --reference tcp --seed 9 --warmup 0.5 --window 2 --headers node --no-ledger',
    );
    expect(config).toMatchObject({
      profile: 'smoke',
      workers: 3,
      reference: 'tcp',
      seed: 9,
      scenarios: [{ rounds: 2, warmupSeconds: 0.5, windowSeconds: 2, ledgerShare: 0 }],
    });
    expect(config.lanes.map(({ id }) => id)).toEqual(['tcp', 'polling']);
    expect(config.scenarios.flatMap(({ points }) => points)).toEqual([
      { clients: 10, eventsPerSecond: 5, payloadBytes: 256, headers: 'node', pollIntervalMs: 250 },
    ]);
  });

  it('give connections a distance, and what else a link has', () => {
    const [scenario] = parse('--scenarios fanout --rtt 0.5 --bandwidth 1.5M --jitter 20').scenarios;
    expect(scenario?.points.length).toBeGreaterThan(0);
    for (const point of scenario?.points ?? []) {
      expect(point).toMatchObject({ rttMs: 0.5, bandwidthBitsPerSecond: 1_500_000, jitterMs: 20 });
    }
    const [other] = parse('--scenarios fanout --rtt 0 --bandwidth 250k').scenarios;
    expect(other?.points[0]).toMatchObject({ rttMs: 0, bandwidthBitsPerSecond: 250_000 });
  });

  it('let the kernel give the distance, with losses, to points that have one', () => {
    const [far, near] = parse('--scenarios distance,fanout --link netem --loss 0.5').scenarios;
    expect(far?.points).toHaveLength(parse('--scenarios distance').scenarios[0]?.points.length ?? 0);
    for (const point of far?.points ?? []) expect(point).toMatchObject({ link: 'netem', lossPercent: 0.5 });
    expect(near?.points[0]).toEqual(parse('--scenarios fanout').scenarios[0]?.points[0]);
  });

  it('that choose the process say nothing: it is what gives a distance anyway', () => {
    expect(parse('--scenarios distance --link process')).toEqual(parse('--scenarios distance'));
  });

  it('of the kernel take no socket twice, and share the bandwidth', () => {
    expect(() => parse('--rtt 10 --clients 960 --link netem')).not.toThrow();
    expect(() => parse('--rtt 10 --bandwidth 200k --rate 5 --payload 128 --clients 40')).not.toThrow();
  });

  it('that make points equal leave one of them', () => {
    const [scenario] = parse('--scenarios anatomy --payload 128 --headers node').scenarios;
    expect(scenario?.points).toHaveLength(1);
  });

  it.each([
    ['distance', ['rttMs', 'eventsPerSecond'], undefined],
    ['distance --rate 5', ['rttMs'], undefined],
    ['distance --rate 5 --rtt 10', [], undefined],
    ['anatomy --payload 128', ['headers'], undefined],
    ['clients', ['clients'], ['eventsPerSecond']],
    ['clients --rate 5', ['clients'], undefined],
    ['clients --clients 10', ['eventsPerSecond'], undefined],
    ['clients --profile paper --clients 10', ['eventsPerSecond'], undefined],
    ['clients --profile paper --clients 10 --rate 5', [], undefined],
  ])('leave of what %s varies what still differs', (flags, varies, covaries) => {
    const [scenario] = parse(`--scenarios ${flags}`, { ...machine, fileDescriptors: null }).scenarios;
    expect(scenario?.varies).toEqual(varies);
    expect(scenario?.covaries).toEqual(covaries);
  });

  it("go before a scenario's own rounds, and those before the profile's", () => {
    expect(parse('--scenarios anatomy --profile default').scenarios[0]?.rounds).toBe(1);
    expect(parse('--scenarios anatomy --profile default --rounds 4').scenarios[0]?.rounds).toBe(4);
    const { rounds } = profiles.find(({ id }) => id === 'default') ?? {};
    expect(rounds).toBeGreaterThan(1);
    expect(parse('--scenarios fanout --profile default').scenarios[0]?.rounds).toBe(rounds);
  });

  it.each([
    ['--profile huge', /--profile huge: allowed are smoke, default, paper/],
    ['--lanes tcp,carrier-pigeon', /--lanes carrier-pigeon: allowed are tcp, polling/],
    ['--lanes tcp,tcp', /--lanes .*each once/],
    ['--lanes tcp,', /--lanes .*separated by commas/],
    ['--scenarios nothing', /--scenarios nothing: allowed are fanout/],
    ['--rounds 0', /--rounds .*'0' is invalid.* from 1 to 1000/],
    ['--rounds 2.5', /--rounds .*whole number/],
    ['--clients -1', /--clients/],
    ['--clients 1000', /--clients 1000: a process may hold 1024 .* allows 960 clients/],
    ['--rate 0', /--rate .*from 0.01 to 10000/],
    ['--rate 1e3', /--rate .*from 0.01/],
    ['--payload 63', /--payload .*from 64 to 65536/],
    ['--payload 65537', /--payload .*from 64 to 65536/],
    ['--interval 0', /--interval .*from 10 to/],
    ['--workers 5 --clients 4', /--workers 5: allowed are 1 to 4/],
    ['--reference sse --lanes tcp', /--reference sse: allowed are tcp/],
    ['--rtt -1', /--rtt .*from 0 to 1000/],
    ['--rtt 1001', /--rtt .*from 0 to 1000/],
    ['--rtt 10 --jitter 201', /--jitter .*from 0 to 200/],
    ['--jitter 5', /--jitter 5: needs a distance; add --rtt/],
    ['--bandwidth 1M', /--bandwidth 1000000: needs a distance; add --rtt/],
    ['--rtt 10 --bandwidth 1G', /--bandwidth .*10k to 1000M bit\/s/],
    ['--rtt 10 --bandwidth 9k', /--bandwidth .*10k to 1000M bit\/s/],
    ['--rtt 10 --bandwidth -5M', /--bandwidth .*10k to 1000M bit\/s/],
    ['--rtt 10 --bandwidth 20k --rate 20 --payload 128', /--bandwidth 20000: 20 events\/s of 128 B take 20480 bit\/s/],
    ['--link nix --rtt 10', /--link nix: allowed are process, netem/],
    ['--link netem', /--link netem: needs a distance; add --rtt, from 0 ms/],
    ['--link process --scenarios fanout', /--link process: needs a distance; add --rtt/],
    ['--rtt 10 --loss 1', /--loss 1: needs --link netem; only a kernel can lose segments/],
    ['--rtt 10 --loss 1 --link process', /--loss 1: needs --link netem/],
    ['--loss 1 --link netem', /--link netem: needs a distance/],
    ['--rtt 10 --link netem --loss 11', /--loss .*from 0 to 10/],
    [
      '--rtt 10 --link netem --bandwidth 200k --rate 5 --payload 128 --clients 40',
      /--bandwidth 200000: 5 events\/s of 128 B to 40 clients take 204800 bit\/s/,
    ],
    ['--rtt 10 --clients 481', /--clients 481: a process may hold 1024 .* allows 480 clients/],
    ['--seed x', /--seed .*whole number/],
    ['--headers safari', /--headers safari: allowed are minimal, node, browser, browser-cookie/],
    ['--unknown', /unknown option '--unknown'/],
  ])('%s is refused: what is wrong, and what is allowed', (line, message) => {
    expect(() => parse(line)).toThrow(message);
  });

  it('more clients than local ports are refused', () => {
    const command = addBenchFlags(new Command());
    command.parse(['--clients', '30000'], { from: 'user' });
    expect(() => configure(command.opts<BenchFlags>(), { ...machine, fileDescriptors: null })).toThrow(
      /28232 local ports/,
    );
  });

  it('a link’s second socket counts where there is a link, and not for clients that have none', () => {
    const both = (fileDescriptors: number) =>
      parse('--scenarios distance,clients', { ...machine, fileDescriptors }).scenarios;
    const [far = 0, near = 0] = both(1_000_000).map(({ points }) => Math.max(...points.map(({ clients }) => clients)));
    expect(near).toBeGreaterThan(2 * far);
    const enough = near + SPARE_DESCRIPTORS;
    expect(() => both(enough)).not.toThrow();
    expect(() => both(enough - 1)).toThrow(`--clients ${near}: `);
    expect(() => both(enough - 1)).toThrow(`allows ${near - 1} clients`);
    const linked = (fileDescriptors: number) => parse('--scenarios distance', { ...machine, fileDescriptors });
    expect(() => linked(2 * far + SPARE_DESCRIPTORS)).not.toThrow();
    expect(() => linked(2 * far + SPARE_DESCRIPTORS - 1)).toThrow(`allows ${far - 1} clients`);
  });
});

describe('the knee', () => {
  const knee = (flags: string) => {
    const config = parse(`--scenarios knee ${flags}`);
    const [scenario] = config.scenarios;
    if (!scenario) throw new Error('no scenario');
    return { config, scenario };
  };

  it('is asked of lanes whose events may come within its limit by design', () => {
    expect(knee('').scenario.lanes).toEqual(['tcp', 'long-polling', 'sse', 'websocket', 'websocket-again']);
    expect(knee('--lanes polling,sse --interval 50').scenario.lanes).toEqual(['polling', 'sse']);
    expect(() => parse('--lanes polling --scenarios knee')).toThrow(/none of the lanes polling/);
    const inPaper = parse('--profile paper --clients 10 --lanes polling').scenarios.map(({ id }) => id);
    expect(inPaper).toContain('capacity');
    expect(inPaper).not.toContain('knee');
  });

  it('has windows of one length, long enough for its percentile at each step', () => {
    const { config, scenario } = knee('');
    expect(scenario.limit?.metric).toBe('latency.p99Us');
    const plans = planCells(config).flat();
    expect(new Set(plans.map(({ windowSeconds }) => windowSeconds)).size).toBe(1);
    for (const { point, windowSeconds } of plans) {
      expect(point.eventsPerSecond * windowSeconds).toBeGreaterThanOrEqual(EVENTS_NEEDED.p99);
    }
  });
});

describe('a point is refused', () => {
  const point = { clients: 2, eventsPerSecond: 10, payloadBytes: 65_534, headers: 'browser' } as const;

  it('whose messages no server would take', () => {
    const messagesPerSecond = 1;
    expect(() => checkPoints([{ ...point, messagesPerSecond }])).not.toThrow();
    expect(() => checkPoints([{ ...point, messagesPerSecond, payloadBytes: 65_535 }])).toThrow(
      '--payload 65535: messages to the server are of at most 65534 bytes',
    );
  });
});
