import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { collectOwnGarbage } from './own-garbage.ts';

it('leaves no unreachable object', async () => {
  const held = {};
  const references = [new WeakRef({}), new WeakRef(held)];
  // What a WeakRef was made of is held until the turn ends.
  await setImmediate();
  collectOwnGarbage();
  expect(references.map((reference) => reference.deref())).toEqual([undefined, held]);
});
