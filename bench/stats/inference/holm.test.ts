import { describe, expect, it } from 'vitest';
import { holm } from './holm.ts';

const stepsOf = (pValues: readonly number[]) => holm(pValues.map((p) => ({ p })));
const rejected = (pValues: readonly number[]) => stepsOf(pValues).map(({ isRejected }) => isRejected);
const levels = (pValues: readonly number[]) => stepsOf(pValues).map(({ level }) => level);

describe('Holm', () => {
  it('holds the smallest against α/m, the next against α/(m − 1), and the last against α', () => {
    expect(rejected([0.04, 0.0125, 0.01, 0.02])).toEqual([true, true, true, true]);
    expect(levels([0.04, 0.0125, 0.01, 0.02])).toEqual([0.05, 0.05 / 3, 0.0125, 0.025]);
  });

  it('stops at the first that is above its level; the rest stay at that level, however small they are for later ones', () => {
    const family = [0.04, 0.001, 0.03, 0.02];
    expect(rejected(family)).toEqual([false, true, false, false]);
    expect(levels(family)).toEqual([0.05 / 3, 0.0125, 0.05 / 3, 0.05 / 3]);
  });

  it('rejects at the level exactly, and none just above', () => {
    expect(rejected([0.05])).toEqual([true]);
    expect(rejected([0.025, 0.051])).toEqual([true, false]);
    expect(rejected([0.0251, 0.04])).toEqual([false, false]);
  });

  it('treats equal p-values alike', () => {
    expect(rejected([0.01, 0.01])).toEqual([true, true]);
    expect(rejected([0.02, 0.02, 0.02])).toEqual([false, false, false]);
  });

  it('keeps what else stands with each, and the order', () => {
    expect(
      holm([
        { p: 0.9, name: 'a' },
        { p: 0.001, name: 'b' },
      ]).map(({ name }) => name),
    ).toEqual(['a', 'b']);
    expect(holm([])).toEqual([]);
  });
});
