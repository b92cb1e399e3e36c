/** Runs made of random draws, whose truth is known. The seed is fixed; SIMULATION_SEED in the environment takes its place. */

import { randomAt } from '../../contract/random.ts';

const SEED = Number(process.env['SIMULATION_SEED'] ?? 1);

/** A source of standard normal draws (Box and Muller 1958). Each stream has its own. */
export function normalDraws(stream: number): () => number {
  let drawn = 0;
  return () => {
    drawn++;
    const radius = Math.sqrt(-2 * Math.log(1 - randomAt(SEED, stream, 2 * drawn)));
    return radius * Math.cos(2 * Math.PI * randomAt(SEED, stream, 2 * drawn + 1));
  };
}

/** Share of the trials in which it happens. */
export function shareOf(trials: number, happens: () => boolean): number {
  let count = 0;
  for (let trial = 0; trial < trials; trial++) if (happens()) count++;
  return count / trials;
}
