import { describe, expect, it } from 'vitest';
import { openProcess, openSchedstat, type ProcessReading, parseSchedstat, waitingBetween } from './run-delay.ts';

const NONE: ProcessReading = { ranNs: 0, waitedNs: 0, turns: 0, ownRanNs: 0 };
const isLinux = process.platform === 'linux';

describe('a schedstat file', () => {
  it('has the time on a core, the time of waiting for one, and the turns', () => {
    expect(parseSchedstat('123456 7890 12\n')).toEqual({ ranNs: 123_456, waitedNs: 7_890, turns: 12 });
  });

  it.each(['', '123456', '0 0 0 0'])('tells nothing where it says "%s"', (text) => {
    expect(parseSchedstat(text)).toBeUndefined();
  });

  it.skipIf(!isLinux)('can be read again', async () => {
    const reader = openSchedstat('/proc/self/schedstat');
    const first = reader.read();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(reader.read()?.turns).toBeGreaterThan(first?.turns ?? Number.POSITIVE_INFINITY);
    reader.close();
  });

  it('of a thread that does not exist is none', () => {
    const reader = openSchedstat('/proc/none/schedstat');
    expect(reader.read()).toBeUndefined();
    reader.close();
  });
});

describe('a process', () => {
  it.skipIf(!isLinux)('has other threads, and others beside it, whose CPU time is its own', () => {
    const [alone, beside] = [openProcess(process.pid), openProcess(process.pid, [process.ppid])];
    const reading = alone.read();
    expect(reading?.ownRanNs).toBeGreaterThan(0);
    expect(beside.read()?.ownRanNs).toBeGreaterThan(reading?.ownRanNs ?? Number.POSITIVE_INFINITY);
    for (const reader of [alone, beside]) reader.close();
  });

  it.each([undefined, 2 ** 22 + 1])('with the number %s is unknown', (pid) => {
    const reader = openProcess(pid);
    expect(reader.read()).toBeUndefined();
    reader.close();
  });
});

describe('the waits of a main thread', () => {
  it('are a share of the window, and so long for each turn', () => {
    const after = { ...NONE, waitedNs: 40e6, turns: 100 };
    expect(waitingBetween(NONE, after, 2e9)).toEqual({ share: 0.02, foreignShare: 0.02, foreignMeanUs: 400 });
  });

  it("are others' as far as own threads did not have the core", () => {
    const after = { ...NONE, waitedNs: 40e6, turns: 100, ownRanNs: 30e6 };
    expect(waitingBetween(NONE, after, 2e9)).toEqual({ share: 0.02, foreignShare: 0.005, foreignMeanUs: 100 });
    expect(waitingBetween(NONE, { ...after, ownRanNs: 50e6 }, 2e9)).toMatchObject({ share: 0.02, foreignShare: 0 });
  });

  it('are not more, when own threads have ended meanwhile', () => {
    const after = { ...NONE, waitedNs: 40e6, turns: 100 };
    expect(waitingBetween({ ...NONE, ownRanNs: 5e6 }, after, 2e9)?.foreignShare).toBe(0.02);
  });

  it('are no more than the window, when one began before', () => {
    const after = { ...NONE, waitedNs: 3e9, turns: 1 };
    expect(waitingBetween(NONE, after, 2e9)).toEqual({ share: 1, foreignShare: 1, foreignMeanUs: 3e6 });
  });

  it('are unknown where a reading lacks, or no time has passed', () => {
    expect(waitingBetween(undefined, NONE, 1)).toBeNull();
    expect(waitingBetween(NONE, undefined, 1)).toBeNull();
    expect(waitingBetween(NONE, NONE, 0)).toBeNull();
  });
});
