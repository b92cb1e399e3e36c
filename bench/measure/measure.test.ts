import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { planPinning } from '../machine/cores.ts';
import { machineLimits } from '../machine/limits.ts';
import { ByteMeter } from './byte-meter.ts';
import { checkSharedClock, nowNs, sleepUntil } from './clock.ts';
import { LatencyRecorder, mergeLatency } from './latency.ts';
import { heapInUseBytes, readWindow } from './process-usage.ts';

describe('the clock', () => {
  it('never goes back', () => {
    let before = nowNs();
    for (let reading = 0; reading < 10_000; reading++) {
      const now = nowNs();
      expect(now).toBeGreaterThanOrEqual(before);
      before = now;
    }
  });

  it('is that of process.hrtime', () => {
    const before = Number(process.hrtime.bigint());
    const now = nowNs();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Number(process.hrtime.bigint()));
  });

  it('does not wake before the instant', async () => {
    const at = nowNs() + 5.5e6;
    await sleepUntil(at);
    expect(nowNs()).toBeGreaterThanOrEqual(at);
  });

  it.each([
    [1, 0, 2],
    [1, 3, 2],
  ])(
    'shared by two processes is doubted when asked at %i, answered with %i, received at %i',
    (before, theirs, after) => {
      expect(() => checkSharedClock(before, theirs, after)).toThrow(/do not share a monotonic clock/);
    },
  );

  it('shared by two processes is trusted when the answer lies between', () => {
    expect(() => checkSharedClock(1, 2, 3)).not.toThrow();
  });
});

describe('a latency histogram', () => {
  it('holds percentiles to three significant digits, and minimum and maximum', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60e9 }), { minLength: 1, maxLength: 300 }), (valuesNs) => {
        const recorder = new LatencyRecorder();
        for (const value of valuesNs) recorder.record(value);
        const sorted = valuesNs.toSorted((a, b) => a - b);
        const summary = recorder.summary();
        expect(summary.count).toBe(sorted.length);
        for (const [name, share] of [
          ['p50Us', 0.5],
          ['p95Us', 0.95],
          ['p99Us', 0.99],
        ] as const) {
          const exactUs = (sorted[Math.ceil(share * sorted.length) - 1] ?? 0) / 1e3;
          expect(Math.abs(summary[name] - exactUs)).toBeLessThanOrEqual(exactUs * 0.001 + 0.001);
        }
        expect(summary.maxUs / ((sorted.at(-1) ?? 0) / 1e3)).toBeCloseTo(1, 2);
        expect(summary.minUs / ((sorted[0] ?? 0) / 1e3)).toBeCloseTo(1, 2);
      }),
      { numRuns: 50 },
    );
  });

  it('merged from parts equals one that saw everything', () => {
    const [whole, ...parts] = Array.from({ length: 4 }, () => new LatencyRecorder());
    for (let n = 1; n <= 3_000; n++) {
      whole?.record(n * 1_000);
      parts[n % 3]?.record(n * 1_000);
    }
    const { histogram: _, maxUs, ...merged } = mergeLatency(parts.map((part) => part.encode()));
    expect(whole?.summary()).toMatchObject(merged);
    // The extremes travel in their bucket, three significant digits wide.
    expect(maxUs / 3_000).toBeCloseTo(1, 3);
  });

  it('counts a negative value and does not clamp it', () => {
    const recorder = new LatencyRecorder();
    recorder.record(-1);
    recorder.record(5);
    expect(recorder.negativeCount).toBe(1);
    expect(recorder.summary().count).toBe(1);
  });

  it('that is empty says zero', () => {
    expect(new LatencyRecorder().summary()).toMatchObject({ count: 0, p50Us: 0, maxUs: 0, minUs: 0, meanUs: 0 });
  });
});

describe('processes are pinned', () => {
  it.each([
    [1, [0, 1], { server: 1, workers: [0], probe: 0, relay: 0 }],
    [1, [0, 1, 2], { server: 2, workers: [1], probe: 0, relay: 1 }],
    [1, [0, 1, 2, 3], { server: 3, workers: [2], probe: 1, relay: 0 }],
    [2, [0, 1, 2, 3], { server: 3, workers: [2, 1], probe: 0, relay: 1 }],
    [3, [0, 1, 2, 3], { server: 3, workers: [2, 1, 0], probe: 0, relay: 0 }],
    [3, [0, 1], { server: 1, workers: [0, 0, 0], probe: 0, relay: 0 }],
    [1, [4], { server: 4, workers: [4], probe: 4, relay: 4 }],
  ])('%i workers on cores %j: %j', (workers, cores, expected) => {
    expect(planPinning(workers, cores)).toEqual(expected);
  });

  it('nowhere where the system does not tell its cores', () => {
    const workers = [undefined, undefined];
    expect(planPinning(2, undefined)).toEqual({ server: undefined, workers, probe: undefined, relay: undefined });
  });

  it.each([
    [[0], 1],
    [[0, 1], 1],
    [[0, 1, 2], 1],
    [[0, 1, 2, 3], 1],
    [[0, 1, 2, 3, 4, 5, 6, 7], 5],
  ])('by default, on cores %j, with %i workers', (cores, workers) => {
    expect(machineLimits(cores).workers).toBe(workers);
  });
});

describe('the byte meter', () => {
  it('counts each socket once, open or closed, and knows when none is left', async () => {
    const serverMeter = new ByteMeter();
    const clientMeter = new ByteMeter();
    const server = createServer((socket) => {
      serverMeter.track(socket);
      socket.resume().end('x'.repeat(1_000));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    for (let n = 0; n < 3; n++) {
      const socket = connect(port, '127.0.0.1');
      clientMeter.track(socket);
      socket.write('hello');
      socket.resume();
    }
    expect(await clientMeter.drained(10_000)).toBe(true);
    expect(await serverMeter.drained(10_000)).toBe(true);
    expect(clientMeter.read()).toEqual({ sentBytes: 15, receivedBytes: 3_000, connections: 3 });
    expect(serverMeter.read()).toEqual({ sentBytes: 3_000, receivedBytes: 15, connections: 3 });
    server.close();
  });
});

it("a process's CPU time grows with what it does, and shares add up to it", async () => {
  const reading = readWindow([nowNs(), nowNs() + 60e6], (isEnd) => isEnd, { monitorsLoop: true });
  await new Promise(setImmediate);
  for (const until = nowNs() + 30e6; nowNs() < until; );
  const { before, after, usage } = await reading;
  const { cpuUs, cpuShare, eventLoopDelayP99Us } = usage;
  expect([before, after]).toEqual([false, true]);
  expect(cpuUs).toBeGreaterThan(0);
  expect(cpuShare).toBeGreaterThan(0);
  expect(eventLoopDelayP99Us).toBeGreaterThanOrEqual(0);
});

it('the monitor of the event loop is left out where it would be measured with the process', async () => {
  const { usage } = await readWindow([nowNs(), nowNs() + 1e6], () => 0, { monitorsLoop: false });
  expect(usage).not.toHaveProperty('eventLoopDelayP99Us');
});

it('the heap in use is the least that three collections leave', () => {
  const left = [
    { heapUsed: 700, external: 20 },
    { heapUsed: 500, external: 30 },
    { heapUsed: 510, external: 30 },
  ];
  const none = { rss: 0, heapTotal: 0, arrayBuffers: 0 };
  const usage = vi.spyOn(process, 'memoryUsage').mockImplementation(() => ({ ...none, ...left.shift() }) as never);
  onTestFinished(() => usage.mockRestore());
  expect(heapInUseBytes()).toBe(530);
  expect(left).toEqual([]);
});
