import { describe, expect, it } from 'vitest';
import { chosenCells, pairsOf, roundsOf } from './attempts.ts';

const point = { clients: 1, eventsPerSecond: 1, payloadBytes: 128, headers: 'node' } as const;

/** `1.2` is round 1, attempt 2; a disturbed one ends in `!`. */
function cell(text: string, { lane = 'a', run }: { lane?: string; run?: number } = {}) {
  const [round = 0, attempt = 0] = text.replace('!', '').split('.').map(Number);
  const disturbance = { exceeded: text.endsWith('!') ? ['steal'] : [] };
  return { lane, scenario: 's', point, round, attempt, disturbance, text, ...(run !== undefined && { run }) };
}

const cells = (...texts: readonly string[]) => texts.map((text) => cell(text));
const chosen = (...texts: readonly string[]) => chosenCells(cells(...texts)).map(({ text }) => text);
const paired = (mine: readonly string[], theirs: readonly string[]) =>
  pairsOf(cells(...mine), cells(...theirs)).map((pair) => `${pair.mine.text} ${pair.theirs.text}`);

describe('of the attempts of a round counts', () => {
  it('the first that is undisturbed, in whichever order they come', () => {
    expect(chosen('1.1', '2.1!', '2.2')).toEqual(['1.1', '2.2']);
    expect(chosen('1.1!', '1.2', '1.3')).toEqual(['1.2']);
    expect(chosen('1.3', '1.2', '1.1!')).toEqual(['1.2']);
  });

  it('the last where all were disturbed', () => {
    expect(chosen('1.1!', '1.2!', '1.3!')).toEqual(['1.3!']);
    expect(chosen('1.2!', '1.1!')).toEqual(['1.2!']);
  });

  it('the only one where nothing is said of attempts and disturbance', () => {
    const plain = [1, 2].map((round) => ({ lane: 'a', scenario: 's', point, round }));
    expect(chosenCells(plain)).toEqual(plain);
    expect(chosenCells([{ ...cell('1.1'), disturbance: null }])).toHaveLength(1);
  });

  it('one of each lane, scenario, point and run', () => {
    const all = [
      cell('1.1!'),
      cell('1.1', { lane: 'b' }),
      { ...cell('1.1'), scenario: 't' },
      { ...cell('1.1'), point: { ...point, clients: 2 } },
      cell('1.1', { run: 2 }),
      cell('1.2'),
    ];
    expect(chosenCells(all)).toEqual([all[5], all[4], all[1], all[2], all[3]]);
  });
});

it('all attempts of a round are known, in their order', () => {
  expect(roundsOf(cells('1.2', '2.1', '1.1!'))).toMatchObject([
    { run: 1, round: 1, attempts: [{ text: '1.1!' }, { text: '1.2' }] },
    { run: 1, round: 2, attempts: [{ text: '2.1' }] },
  ]);
});

describe('a chosen attempt is paired with', () => {
  it("the other lane's of the same number, which was measured next to it", () => {
    expect(paired(['1.1!', '1.2'], ['1.1', '1.2'])).toEqual(['1.2 1.2']);
    expect(paired(['1.1'], ['1.1', '1.2'])).toEqual(['1.1 1.1']);
  });

  it('the chosen one where there is none of that number', () => {
    expect(paired(['1.1!', '1.2!', '1.3'], ['1.1!', '1.2'])).toEqual(['1.3 1.2']);
  });

  it('the chosen one where that of the number was disturbed and another was not', () => {
    expect(paired(['1.1'], ['1.1!', '1.2'])).toEqual(['1.1 1.2']);
    expect(paired(['1.1'], ['1.1!', '1.2!'])).toEqual(['1.1 1.1!']);
  });

  it('none where the other lane lacks the round, or has it in another run alone', () => {
    expect(paired(['1.1', '2.1'], ['2.1'])).toEqual(['2.1 2.1']);
    expect(pairsOf([cell('1.1', { run: 1 })], [cell('1.1', { run: 2 })])).toEqual([]);
  });
});
