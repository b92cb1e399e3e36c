import { describe, expect, test } from 'vitest';
import { ManualTime } from '../../measure/test-time.ts';
import { type Delayed, DelayQueue } from './delay-queue.ts';

function open() {
  const time = new ManualTime(1e9);
  const queue = new DelayQueue(time, time.clock);
  const left: [string, number][] = [];
  /** Due in these ms from now on, one after the other. */
  const leaveIn = (name: string, ...inMs: number[]) => {
    const fromNs = time.nowNs;
    const delayed: Delayed = {
      get dueNs() {
        return fromNs + (inMs[0] ?? 0) * 1e6;
      },
      release(nowNs) {
        inMs.shift();
        left.push([name, (nowNs - fromNs) / 1e6]);
        return inMs.length > 0;
      },
    };
    queue.add(delayed);
  };
  return { time, queue, left, leaveIn };
}

describe('queue', () => {
  test('leave when they are due, whatever the order in which they came', () => {
    const { time, queue, left, leaveIn } = open();
    leaveIn('late', 30);
    leaveIn('early', 10);
    leaveIn('middle', 20);
    time.advanceMs(9.9);
    expect(left).toEqual([]);
    time.advanceMs(100);
    expect(left).toEqual([
      ['early', 10],
      ['middle', 20],
      ['late', 30],
    ]);
    expect(queue.waiting).toBe(0);
    expect(time.target).toBeUndefined();
  });

  test('that go on waiting leave again, among the others', () => {
    const { time, left, leaveIn } = open();
    leaveIn('a', 1, 3, 3, 7);
    leaveIn('b', 2, 4);
    time.advanceMs(10);
    expect(left.map(([name, atMs]) => `${name}${atMs}`).join(' ')).toBe('a1 b2 a3 a3 b4 a7');
  });

  test('that are overdue leave all at once', () => {
    const { time, left, leaveIn } = open();
    leaveIn('a', -5, -4, 2);
    leaveIn('b', -3);
    time.advanceMs(0);
    expect(left).toHaveLength(3);
    time.advanceMs(2);
    expect(left).toHaveLength(4);
  });
});
