/** For the tests: the lane in memory, with a way for its clients to send messages. */

import type { Lane } from '../contract/lane.ts';
import { memoryLane, withConnect } from './laboratory.ts';

/** How the server answers a message; the count is that of all messages so far. */
export type Answer = (text: string, count: number) => Promise<string>;

export function echoLane(answer: Answer = async (text) => text, isMultiplexed = false): Lane {
  let count = 0;
  const request = (text: string) => answer(text, ++count);
  return withConnect(memoryLane(), (connect) => async (...args) => ({
    ...(await connect(...args)),
    isMultiplexed,
    request,
  }));
}
