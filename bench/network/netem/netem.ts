/**
 * A distance by the kernel: netem (tc-netem(8)) between two network namespaces, with the delay of the link process, and losses.
 *
 * It differs from the link process: TCP's handshake, slow start, congestion control and retransmissions take part. Jitter is
 * drawn for each packet: one may overtake another, and TCP may send it twice. All connections share the bandwidth, headers
 * included; with one, no packet overtakes another. Draws have no seed: not every netem takes one.
 */

import type { Point } from '../../contract/result.ts';
import { removeLeftNamespaces } from './namespaces.ts';
import { networkProblem } from './network.ts';

type Conditions = Pick<Point, 'rttMs' | 'jitterMs' | 'bandwidthBitsPerSecond' | 'lossPercent'>;

/** Packets that wait for the end of their delay: netem's default of 1,000 would drop some. */
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

/** Tries netem, and removes what killed runs left. @returns what is missing; undefined where it works */
export function netemProblem(): string | undefined {
  removeLeftNamespaces();
  return networkProblem(netemDiscipline({ rttMs: 2, jitterMs: 1, lossPercent: 1 }));
}

function us(ms: number): string {
  return `${Math.round(ms * 1e3)}us`;
}
