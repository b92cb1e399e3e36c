/**
 * A distance that the kernel makes: netem (tc-netem(8)) between two network namespaces, with the same delay as the link that is
 * a process has, and with losses, which only a kernel can have.
 *
 * What differs: TCP's own handshake, slow start, congestion control and repetition are in it. Jitter is drawn for each packet,
 * not for each chunk of a connection: one may overtake another, and what TCP then takes for lost it sends twice. The bandwidth
 * is that of the whole way, which all connections share, headers included; with one, no packet overtakes another. Draws have
 * no seed: not every netem takes one.
 */

import type { Point } from '../../contract/result.ts';
import { removeLeftNamespaces } from './namespaces.ts';
import { networkProblem } from './network.ts';

type Conditions = Pick<Point, 'rttMs' | 'jitterMs' | 'bandwidthBitsPerSecond' | 'lossPercent'>;

/** Packets that wait for the end of their delay: so many that the queue itself drops none. */
const LIMIT_PACKETS = 1_000_000;

/** What tc(8) takes for it, at each of the two ends. */
export function netemDiscipline(conditions: Conditions): string[] {
  const { rttMs = 0, jitterMs = 0, bandwidthBitsPerSecond, lossPercent } = conditions;
  return [
    ...['netem', 'limit', `${LIMIT_PACKETS}`],
    // netem's jitter goes both ways from its delay, uniformly; ours is added.
    ...['delay', us(rttMs / 2 + jitterMs / 2), ...(jitterMs > 0 ? [us(jitterMs / 2)] : [])],
    ...(lossPercent === undefined ? [] : ['loss', `${lossPercent}%`]),
    ...(bandwidthBitsPerSecond === undefined ? [] : ['rate', `${bandwidthBitsPerSecond}bit`]),
  ];
}

/** Tries it, and removes what killed runs left. @returns what is missing; undefined where it can be done */
export function netemProblem(): string | undefined {
  removeLeftNamespaces();
  return networkProblem(netemDiscipline({ rttMs: 2, jitterMs: 1, lossPercent: 1 }));
}

function us(ms: number): string {
  return `${Math.round(ms * 1e3)}us`;
}
