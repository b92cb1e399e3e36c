import { expect, test } from 'vitest';
import type { ClientRecovery } from '../contract/calls.ts';
import { recordRecovery } from './recovery-record.ts';

const MS = 1e6;

/** @param reconnects ms of connecting and of the first event, and how much was replayed */
function client(reconnects: readonly (readonly [number, number, number?])[], attemptsMs: readonly number[] = []) {
  return {
    attemptsNs: attemptsMs.map((ms) => ms * MS),
    reconnects: reconnects.map(([connectingMs, eventMs, replayed = 0]) => ({
      connectingNs: connectingMs * MS,
      firstEventNs: eventMs * MS,
      replayed,
    })),
  };
}

const record = (deathsMs: readonly number[], ...workers: (readonly ClientRecovery[])[]) =>
  recordRecovery(
    deathsMs.map((ms) => ms * MS),
    workers.map((recoveries) => ({ recoveries })),
  );

test('a recovery is from a death to the first event over a connection begun after it, client by client', () => {
  const one = client([
    [1_300, 1_400],
    [5_100, 5_300],
  ]);
  const other = client([
    [1_500, 1_600],
    [5_300, 5_500],
  ]);
  const { firstEvent, kills } = record([1_000, 5_000], [one], [other]);
  expect(kills).toBe(2);
  expect(firstEvent.count).toBe(4);
  expect(firstEvent.minUs / 1e3).toBeCloseTo(300, -1);
  expect(firstEvent.maxUs / 1e3).toBeCloseTo(600, -1);
});

test('an event that was on its way when the server died is none', () => {
  const { firstEvent } = record(
    [1_000],
    [
      client([
        [900, 1_001],
        [1_200, 1_300],
      ]),
    ],
  );
  expect(firstEvent.count).toBe(1);
  expect(firstEvent.maxUs / 1e3).toBeCloseTo(300, -1);
});

test('a client that two deaths kept away recovers from both at once, and one that never came back from none', () => {
  const { firstEvent, replayed } = record([1_000, 2_000], [client([[2_100, 2_200, 9]]), client([])]);
  expect(firstEvent.count).toBe(2);
  expect(firstEvent.minUs / 1e3).toBeCloseTo(200, -1);
  expect(firstEvent.maxUs / 1e3).toBeCloseTo(1_200, -2);
  expect(replayed).toBe(9);
});

test('attempts are counted by tenth of a second since the latest death, summed over the deaths', () => {
  const { attempts, attemptsByTenth } = record(
    [1_000, 5_000],
    [client([], [500, 1_000.1, 1_099, 1_450, 5_001, 5_100])],
    [client([], [1_050])],
  );
  expect(attemptsByTenth).toEqual([4, 1, 0, 0, 1]);
  expect(attempts).toBe(6);
});

test('with a client that opens connections all the time, those count up to its recovery, and what that one brought', () => {
  const { attempts, replayed, firstEvent } = record(
    [1_000],
    [
      client(
        [
          [800, 900, 5],
          [1_400, 1_450, 7],
          [1_600, 1_650, 5],
        ],
        [800, 1_200, 1_400, 1_600, 1_800],
      ),
    ],
  );
  expect(attempts).toBe(2);
  expect(replayed).toBe(7);
  expect(firstEvent.count).toBe(1);
});
