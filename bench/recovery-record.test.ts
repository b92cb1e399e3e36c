import { expect, test } from 'vitest';
import type { RecoveryMeasured } from './contract/child.ts';
import { recordRecovery } from './recovery-record.ts';

const MS = 1e6;
const NOTHING: RecoveryMeasured = { comebacks: [], attemptsNs: [], replayed: 0 };
const record = (deathsMs: readonly number[], ...workers: RecoveryMeasured[]) =>
  recordRecovery(
    deathsMs.map((ms) => ms * MS),
    workers.map((recovery) => ({ recovery })),
  );
const comeback = (connectingMs: number, firstEventMs: number) => ({
  connectingNs: connectingMs * MS,
  firstEventNs: firstEventMs * MS,
});

test('a recovery is from a death to the first event over a connection begun after it, client by client', () => {
  const { firstEvent, kills } = record(
    [1_000, 5_000],
    { ...NOTHING, comebacks: [[comeback(1_300, 1_400), comeback(5_100, 5_300)]] },
    { ...NOTHING, comebacks: [[comeback(1_500, 1_600), comeback(5_300, 5_500)]] },
  );
  expect(kills).toBe(2);
  expect(firstEvent.count).toBe(4);
  expect(firstEvent.minUs / 1e3).toBeCloseTo(300, -1);
  expect(firstEvent.maxUs / 1e3).toBeCloseTo(600, -1);
});

test('an event that was on its way when the server died is none', () => {
  const { firstEvent } = record([1_000], { ...NOTHING, comebacks: [[comeback(900, 1_001), comeback(1_200, 1_300)]] });
  expect(firstEvent.count).toBe(1);
  expect(firstEvent.maxUs / 1e3).toBeCloseTo(300, -1);
});

test('a client that two deaths kept away counts for both, and one that never came back for none', () => {
  const { firstEvent } = record([1_000, 2_000], { ...NOTHING, comebacks: [[comeback(2_100, 2_200)], []] });
  expect(firstEvent.count).toBe(2);
  expect(firstEvent.minUs / 1e3).toBeCloseTo(200, -1);
  expect(firstEvent.maxUs / 1e3).toBeCloseTo(1_200, -2);
});

test('attempts are counted by tenth of a second since the latest death, summed over the deaths', () => {
  const attemptsNs = [500, 1_000.1, 1_099, 1_450, 5_001, 5_100].map((ms) => ms * MS);
  const { attempts, attemptsByTenth, replayed } = record(
    [1_000, 5_000],
    { ...NOTHING, attemptsNs, replayed: 3 },
    { ...NOTHING, attemptsNs: [1_050 * MS], replayed: 4 },
  );
  expect(attemptsByTenth).toEqual([4, 1, 0, 0, 1]);
  expect(attempts).toBe(6);
  expect(replayed).toBe(7);
});
