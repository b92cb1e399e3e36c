/**
 * Clients that stop reading when the window begins and never do again, without a word. What they send they go on to send. They
 * share connections among themselves only, where their lane shares any.
 */

import { addressOf } from '../../bench/contract/child.ts';
import type { EventSink } from '../../bench/contract/transport.ts';
import { openValve } from '../wire/stallable-proxy.ts';
import { openSwarm, type SwarmSpec } from './swarm.ts';

export interface Stalled {
  begin(): void;
  close(): Promise<void>;
}

/** @throws Error when a client can't connect */
export async function openStalled(spec: SwarmSpec, onProblem: (what: string) => void): Promise<Stalled> {
  const valve = await openValve(spec.via ?? addressOf(spec.url), spec.meter);
  let hasBegun = false;
  const sink: EventSink = {
    event() {},
    gap() {},
    closed({ message }) {
      // That the server cuts it off is what it is there for.
      if (!hasBegun) onProblem(`closed before it could stop reading: ${message}`);
    },
  };
  const behind = { ...spec, tap: undefined, via: valve.address, meter: { track() {} } };
  const swarm = await openSwarm(behind, () => sink).catch((error) => {
    valve.close();
    throw error;
  });
  return {
    begin() {
      hasBegun = true;
      valve.shut();
    },
    async close() {
      // First: nobody takes what the server still has for them, or answers a goodbye.
      valve.close();
      await swarm.close();
    },
  };
}
