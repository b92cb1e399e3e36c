/** What `self` says at its end. */

import type { Self } from '../../contract/files/self.ts';
import { SELF_HEADS, selfRows, selfRunText } from '../view/tables/self-table.ts';
import { align, wrap } from './table.ts';

export function selfText(self: Self, width = 80): string {
  const { ratios, problems } = self;
  const table = ratios.length > 0 ? [align([[...SELF_HEADS], ...selfRows(self)])] : [];
  const run = selfRunText(self);
  const notes = [...(run ? [run] : []), ...problems.map(({ pair, text }) => `${pair}: ${text}`)];
  return [...table, ...notes.map((text) => wrap(text, width))].join('\n\n');
}
