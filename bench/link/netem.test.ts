import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { netemAvailable } from './netem.ts';

const qdiscs = () => execFileSync('tc', ['qdisc', 'show', 'dev', 'lo'], { encoding: 'utf8' });
const hasTc = (() => {
  try {
    return qdiscs() !== undefined;
  } catch {
    return false;
  }
})();

test('says whether netem works, and why not', async () => {
  const netem = await netemAvailable();
  if (!netem.available) expect(netem.reason).toMatch(/\S/);
});

test.skipIf(!hasTc)('leaves the network of this machine as it was', async () => {
  const before = qdiscs();
  await netemAvailable();
  expect(qdiscs()).toBe(before);
});

test('tells what the attempt said first', async () => {
  const netem = await netemAvailable(['sh', '-c', 'echo "Error: no such thing." >&2; echo more >&2; exit 2']);
  if (netem.available) throw new Error('a failure taken for a success');
  expect(netem.reason.split('\n')).toHaveLength(1);
});
