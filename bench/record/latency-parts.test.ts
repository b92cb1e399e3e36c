import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { divideLatency, partsOf, type TimedDelivery, timedDeliveries } from './latency-parts.ts';

/** On time at every step, in ns. */
const PLAIN: TimedDelivery = {
  dueNs: 1_000,
  bornNs: 1_100,
  writtenNs: 1_300,
  idleSinceNs: 900,
  turnStartNs: 1_700,
  receivedNs: 1_700,
  runDelayNs: 0,
};

const partsWith = (changes: Partial<TimedDelivery> = {}) => partsOf({ ...PLAIN, ...changes });

describe('the parts of a latency', () => {
  test('are the lag of the feed, the way to the write, and the wire, where the client does not wait', () => {
    expect(partsWith()).toEqual({ feedNs: 100, serverNs: 200, wireNs: 400, clientNs: 0 });
    expect(partsWith({ runDelayNs: null })).toEqual(partsWith());
  });

  test('give the wait behind other probes of the turn to the client', () => {
    expect(partsWith({ receivedNs: 1_750 })).toEqual({ feedNs: 100, serverNs: 200, wireNs: 400, clientNs: 50 });
  });

  test('give the turn before to the client, as far as it lasted beyond the write', () => {
    expect(partsWith({ idleSinceNs: 1_300 })).toMatchObject({ wireNs: 400, clientNs: 0 });
    expect(partsWith({ idleSinceNs: 1_450 })).toMatchObject({ wireNs: 250, clientNs: 150 });
    expect(partsWith({ idleSinceNs: 1_700 })).toMatchObject({ wireNs: 0, clientNs: 400 });
  });

  test('give the wait for a core to the client, and never more than there was time', () => {
    expect(partsWith({ runDelayNs: 30 })).toMatchObject({ wireNs: 370, clientNs: 30 });
    expect(partsWith({ runDelayNs: 30, idleSinceNs: 1_450 })).toMatchObject({ wireNs: 220, clientNs: 180 });
    expect(partsWith({ runDelayNs: 9_000, receivedNs: 1_750 })).toMatchObject({ wireNs: 0, clientNs: 450 });
  });

  test('count a turn that began before the write from the write on', () => {
    expect(partsWith({ turnStartNs: 1_200 })).toEqual({ feedNs: 100, serverNs: 200, wireNs: 0, clientNs: 400 });
  });

  test('tell of clocks that disagree by a wire below 0', () => {
    expect(partsWith({ turnStartNs: 1_280, receivedNs: 1_290 })).toMatchObject({ wireNs: -10, clientNs: 0 });
  });

  test('sum to the latency, whatever the instants', () => {
    const ns = fc.integer({ min: 0, max: 1e9 }).map((offset) => 4e15 + offset);
    const delivery = fc.record({
      dueNs: ns,
      bornNs: ns,
      writtenNs: ns,
      turnStartNs: ns,
      receivedNs: ns,
      idleSinceNs: ns,
      runDelayNs: fc.option(fc.integer({ min: 0, max: 1e9 })),
    });
    fc.assert(
      fc.property(delivery, (one) => {
        const { feedNs, serverNs, wireNs, clientNs } = partsOf(one);
        expect(feedNs + serverNs + wireNs + clientNs).toBe(one.receivedNs - one.dueNs);
        expect(clientNs).toBeGreaterThanOrEqual(0);
        if (one.receivedNs >= one.writtenNs && one.receivedNs >= one.turnStartNs) {
          expect(wireNs).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});

describe('a delivery', () => {
  const probed = {
    clients: [0, 1, 0],
    seqs: [11, 11, 12],
    dueUs: [5, 5, 7],
    receivedNs: [130_000, 131_000, 150_000],
    turnStartNs: [130_000, 130_000, 150_000],
    idleSinceNs: [90_000, 90_000, 132_000],
    runDelayNs: [400, 400, 0],
  };
  const stamps = {
    firstSeq: 11,
    bornNs: [106_000, 108_000],
    probes: [
      { port: 501, writtenNs: [107_000, 109_000] },
      { port: 500, writtenNs: [107_500, 0] },
    ],
  };

  test('is put together with the birth of its event and the write to its client', () => {
    expect(timedDeliveries(stamps, probed, 100_000)).toEqual([
      {
        dueNs: 105_000,
        bornNs: 106_000,
        writtenNs: 107_000,
        turnStartNs: 130_000,
        receivedNs: 130_000,
        idleSinceNs: 90_000,
        runDelayNs: 400,
      },
      {
        dueNs: 105_000,
        bornNs: 106_000,
        writtenNs: 107_500,
        turnStartNs: 130_000,
        receivedNs: 131_000,
        idleSinceNs: 90_000,
        runDelayNs: 400,
      },
      {
        dueNs: 107_000,
        bornNs: 108_000,
        writtenNs: 109_000,
        turnStartNs: 150_000,
        receivedNs: 150_000,
        idleSinceNs: 132_000,
        runDelayNs: 0,
      },
    ]);
  });

  test('without its write or its birth is left out', () => {
    const written = (changes: Partial<typeof stamps>) =>
      timedDeliveries({ ...stamps, ...changes }, probed, 0).map(({ writtenNs }) => writtenNs);
    expect(written({ probes: stamps.probes.toReversed() })).toEqual([107_500, 107_000]);
    expect(written({ probes: [{ port: 501, writtenNs: [] }, ...stamps.probes.slice(1)] })).toEqual([107_500]);
    expect(written({ bornNs: [0, 108_000] })).toEqual([109_000]);
    expect(written({ probes: [] })).toEqual([]);
  });

  test('has no run delay where the kernel told none', () => {
    const delays = timedDeliveries(stamps, { ...probed, runDelayNs: null }, 0).map(({ runDelayNs }) => runDelayNs);
    expect(delays).toEqual([null, null, null]);
  });

  test('is one of those whose means in µs are the parts of the mean latency', () => {
    const { means: parts, clientP50Us } = divideLatency(stamps, probed, 100_000) ?? {};
    expect(clientP50Us).toBeLessThanOrEqual((parts?.clientUs ?? 0) * 3);
    expect(parts?.feedUs).toBe(1);
    expect(parts?.serverUs).toBeCloseTo((1 + 1.5 + 1) / 3, 9);
    const sum = Object.values(parts ?? {}).reduce((total, part) => total + part, 0);
    expect(sum).toBeCloseTo((25 + 26 + 43) / 3, 9);
    expect(divideLatency({ ...stamps, probes: [] }, probed, 100_000)).toBeUndefined();
  });
});
