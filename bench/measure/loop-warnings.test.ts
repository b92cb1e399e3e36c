import { describe, expect, it } from 'vitest';
import { makeResult } from '../test-fixture.ts';
import { loopWarnings } from './loop-warnings.ts';

const usage = (cpuShare: number) => {
  const [cell] = makeResult().cells;
  if (cell?.state !== 'completed') throw new Error('no cell');
  return { ...cell.server, cpuShare };
};
const doubts = (server: number, ...workers: number[]) =>
  loopWarnings({ server: usage(server), workers: workers.map(usage) }).map(({ code, severity }) => [code, severity]);

describe('a closed loop', () => {
  it('is beyond doubt when the server had no time left, however busy those were who asked', () => {
    expect(doubts(0.97, 0.4)).toEqual([]);
    expect(doubts(0.97, 0.99, 0.5)).toEqual([]);
  });

  it('says that the server could do more when it had time', () => {
    expect(doubts(0.6, 0.5)).toEqual([['server-idle', 'notice']]);
  });

  it('must not be cited when those who asked had no time left, and the server had', () => {
    expect(doubts(0.6, 0.5, 0.97)).toEqual([['worker-saturated', 'severe']]);
  });
});
