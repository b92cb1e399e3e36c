import { describe, expect, it } from 'vitest';
import { makeResult } from '../../tests/fixture.ts';
import { loopWarnings } from './loop-warnings.ts';

const usage = (cpuShare: number) => {
  const [cell] = makeResult().cells;
  if (cell?.state !== 'completed') throw new Error('no cell');
  return { ...cell.server, cpuShare };
};
const codesOf = (server: number, ...workers: number[]) =>
  loopWarnings({ server: usage(server), workers: workers.map(usage) }).map(({ code, severity }) => [code, severity]);
const loop = (client: string, requests: number, seconds: number, cpuShare: number) => {
  return { client, requests, seconds, upBytes: 1, downBytes: 1, cpuShare };
};

describe('a closed loop', () => {
  it('has no warning when the server had no time left, however busy the load processes were', () => {
    expect(codesOf(0.97, 0.4)).toEqual([]);
    expect(codesOf(0.97, 0.99, 0.5)).toEqual([]);
  });

  it('says that the server could do more when it had time', () => {
    expect(codesOf(0.6, 0.5)).toEqual([['server-idle', 'notice']]);
  });

  it.each([
    [1.19, 0],
    [1 / 1.19, 0],
    [1.21, 1],
    [1 / 1.21, 1],
  ])('whose autocannon is answered %f times as often as our own clients: %i warnings', (ratio, expected) => {
    const closedLoops = [loop('undici', 1_000, 2, 0.5), loop('autocannon', 1_000, 2 / ratio, 0.98)];
    const [warning, ...others] = loopWarnings({ server: usage(0.97), workers: [usage(0.5)], closedLoops });
    expect(others).toEqual([]);
    expect(warning?.code).toBe(expected === 0 ? undefined : 'witness-apart');
    if (expected > 0) {
      const text = `undici had 500 polls/s answered (by a process that used 50.0 % of a core), autocannon ${(500 * ratio).toFixed(0)} (by a process that used 98.0 % of a core).`;
      expect(warning).toMatchObject({ severity: 'notice', text });
    }
  });

  it('must not be cited when the load processes had no time left, and the server had', () => {
    expect(codesOf(0.6, 0.5, 0.97)).toEqual([['worker-saturated', 'severe']]);
  });
});
