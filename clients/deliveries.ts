/** Clients that stay and get each event as it comes: one swarm, one audit. They come back where the procedure says so. */

import type { Load, LoadSpec } from './load.ts';
import { Receiver } from './receiver.ts';
import { reconnecting } from './reconnecting.ts';
import { Recoveries } from './recoveries.ts';
import { isTimed, openSwarm } from './swarm.ts';

/** @throws Error when a client can't connect */
export async function openDeliveries({ reconnect, ...spec }: LoadSpec): Promise<Load> {
  const receiver = new Receiver();
  const recoveries = reconnect && new Recoveries();
  const transport = recoveries ? recoveries.watch(reconnecting(spec.transport, reconnect)) : spec.transport;
  const swarm = await openSwarm({ ...spec, transport }, (client) => receiver.addClient(isTimed(spec, client)));
  return {
    get deliveries() {
      return receiver.deliveries;
    },
    async run(ask) {
      recoveries?.start(ask.startNs);
      await receiver.start(ask);
      return { ...receiver.report(), ...(recoveries && { recovery: recoveries.report() }) };
    },
    async close() {
      receiver.stop();
      await swarm.close();
    },
  };
}
