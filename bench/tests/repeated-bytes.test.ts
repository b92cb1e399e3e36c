/** Bytes per delivery do not depend on seed and start: two runs in real processes, held against each other. */

import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type CompletedCell, type Result, resultSchema } from '../contract/result.ts';
import { keyOfPoint } from '../stats/group.ts';
import { start, testWithFolder } from './cli.ts';
import { completed } from './laboratory.ts';

const SEEDS = [3, 4];
/** A client that stood still for a poll interval has one poll less in its window, and no warning says so. */
const ATTEMPTS = { retry: 1, timeout: 300_000 };
/**
 * What a cell says of itself when its processes got no core: at the window's ends its bytes are those of another window, and
 * within it a poll may come after the event that it was to find.
 */
const STOOD_STILL: ReadonlySet<string> = new Set(['late-reading', 'disturbed']);

/** Those whose bytes depend on when a poll is sent, and one that pushes: a run of all would take twice as long. */
const LANES = ['--lanes', 'polling,long-polling,sse', '--reference', 'sse'];

/** One after the other: at once, each would hold up the other's polls. */
async function runTwice(folder: string, ...args: string[]): Promise<[Result, Result]> {
  const runs: Result[] = [];
  for (const seed of SEEDS) {
    const results = mkdtempSync(join(folder, 'run-'));
    const { code, err } = await start(['--results', results, '--seed', `${seed}`, ...LANES, ...args]).ended;
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
    const [id] = readdirSync(join(results, 'runs'));
    runs.push(resultSchema.parse(JSON.parse(readFileSync(join(results, 'runs', `${id}`, 'result.json'), 'utf8'))));
  }
  return runs as [Result, Result];
}

const placeOf = ({ lane, point }: Pick<CompletedCell, 'lane' | 'point'>) => `${lane} ${keyOfPoint(point)}`;

/** Nor did a client whose next poll was parked too late for an event, which then waited for it. */
function isMoving({ warnings, polls }: CompletedCell): boolean {
  return !warnings.some(({ code }) => STOOD_STILL.has(code)) && !polls?.queuedDeliveries;
}

function isOneEventAPoll({ scenario, point }: CompletedCell): boolean {
  return scenario === 'fanout' && point.pollIntervalMs !== undefined;
}

/** By place; those of cells that stood still are left out. */
function bytesPerDelivery({ cells }: Result): ReadonlyMap<string, number> {
  // At one event a poll, bytes depend on which polls find none and which two.
  const moving = cells.map(completed).filter((cell) => isMoving(cell) && !isOneEventAPoll(cell));
  return new Map(moving.map((cell) => [placeOf(cell), cell.wire.perDeliveryBytes]));
}

/** Holds two runs against each other where both have bytes; skips the test where others took the machine from all cells of one. */
function expectSame(one: Result, other: Result, skip: (note: string) => void): void {
  const [ours, theirs] = [bytesPerDelivery(one), bytesPerDelivery(other)];
  const shared = [...ours.keys()].filter((place) => theirs.has(place)).sort();
  if (shared.length === 0) skip('the machine was too busy: no place has a cell in both runs that was not held up');
  const at = (bytes: ReadonlyMap<string, number>) => shared.map((place) => [place, bytes.get(place)]);
  expect(at(ours)).toEqual(at(theirs));
}

testWithFolder(
  'an anatomy is the same in two runs, and a smaller payload never takes more',
  ATTEMPTS,
  async ({ folder, skip }) => {
    const [one, other] = await runTwice(folder, '--profile', 'smoke', '--scenarios', 'anatomy', '--headers', 'browser');
    expectSame(one, other, skip);
    const bytes = bytesPerDelivery(one);
    for (const { lane, point } of one.cells) {
      for (const { lane: same, point: less } of one.cells) {
        if (same !== lane || less.payloadBytes >= point.payloadBytes) continue;
        const [few = 0, many = Number.POSITIVE_INFINITY] = [less, point].map((at) =>
          bytes.get(placeOf({ lane, point: at })),
        );
        expect(few).toBeLessThan(many);
      }
    }
  },
);

testWithFolder('a fan-out is the same in two runs', ATTEMPTS, async ({ folder, skip }) => {
  const few = ['--rounds', '1', '--clients', '10', '--window', '2'];
  const [one, other] = await runTwice(folder, '--scenarios', 'fanout', ...few);
  expectSame(one, other, skip);
});
