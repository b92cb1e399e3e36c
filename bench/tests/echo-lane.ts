/** For the tests: the lane in memory, with a way for its clients to send messages. */

import type { Lane } from '../contract/lane.ts';
import { memoryLane } from './laboratory.ts';

/** How the server answers a message; the count is that of all messages so far. */
export type Answer = (text: string, count: number) => Promise<string>;

export function echoLane(answer: Answer = async (text) => text, isMultiplexed = false): Lane {
  const lane = memoryLane();
  let count = 0;
  return {
    ...lane,
    async client() {
      const { defaults, connect } = await lane.client();
      return {
        defaults,
        async connect(...args) {
          return { ...(await connect(...args)), isMultiplexed, request: (text) => answer(text, ++count) };
        },
      };
    },
  };
}
