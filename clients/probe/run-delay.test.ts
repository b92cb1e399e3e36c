import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RunDelay } from './run-delay.ts';

function open(content: string) {
  const folder = mkdtempSync(join(tmpdir(), 'run-delay-'));
  const path = join(folder, 'schedstat');
  writeFileSync(path, content);
  const delay = new RunDelay(path);
  onTestFinished(() => {
    delay.close();
    rmSync(folder, { recursive: true });
  });
  return { delay, path };
}

test('the run delay is the second number, read anew each time', () => {
  const { delay, path } = open('123456789 4567 89\n');
  expect(delay.totalNs()).toBe(4_567);
  writeFileSync(path, '123456999 98765432109 90\n');
  expect(delay.totalNs()).toBe(98_765_432_109);
  writeFileSync(path, '1 2 3\n');
  expect(delay.totalNs()).toBe(2);
});

test('what is no such file, or is closed, tells nothing', () => {
  expect(open('').delay.totalNs()).toBeNull();
  expect(open('5').delay.totalNs()).toBeNull();
  expect(new RunDelay('/nowhere/schedstat').totalNs()).toBeNull();
  const { delay } = open('1 2 3\n');
  delay.close();
  delay.close();
  expect(delay.totalNs()).toBeNull();
});

test('this process has one where Linux tells', ({ skip }) => {
  skip(!existsSync(`/proc/self/task/${process.pid}/schedstat`), 'no schedstat here');
  const delay = new RunDelay();
  onTestFinished(() => delay.close());
  const before = delay.totalNs() ?? Number.NaN;
  expect(before).toBeGreaterThanOrEqual(0);
  expect(delay.totalNs()).toBeGreaterThanOrEqual(before);
});
