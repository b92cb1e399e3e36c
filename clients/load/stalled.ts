/**
 * Clients that stop reading when the window begins, and go on sending. They share connections among themselves only, where
 * their lane shares any.
 */

import { addressOf } from '../../bench/contract/child.ts';
import type { EventSink } from '../../bench/contract/transport.ts';
import { StallableProxy } from '../wire/stallable-proxy.ts';
import { openSwarm, type SwarmSpec } from './swarm.ts';

/** @throws Error when a client can't connect */
export async function openStalled(spec: SwarmSpec, onProblem: (what: string) => void) {
  const proxy = await StallableProxy.open(spec.via ?? addressOf(spec.url), spec.meter);
  let hasBegun = false;
  const sink: EventSink = {
    event() {},
    gap() {},
    closed({ message }) {
      // Once stalled, being cut off by the server is expected.
      if (!hasBegun) onProblem(`closed before it could stop reading: ${message}`);
    },
  };
  const behind = { ...spec, tap: undefined, via: proxy.address, meter: { track() {} } };
  const swarm = await openSwarm(behind, () => sink).catch(async (error) => {
    await proxy.close(0);
    throw error;
  });
  return {
    begin() {
      hasBegun = true;
      proxy.stall();
    },
    async close() {
      // Before the clients: behind a stalled proxy their closing handshakes would wait for the whole grace.
      await proxy.close(0);
      await swarm.close();
    },
  };
}
