/**
 * Clients that stay and get each event as it comes: one swarm, one audit. They reconnect where the procedure says so, and send
 * messages or stop reading where the point does.
 */

import type { MeasureParams } from '../../bench/contract/calls.ts';
import { sleepUntil } from '../../bench/measure/clock.ts';
import { type Load, type LoadSpec, UNHEARD } from './load.ts';
import { Receiver } from './receiver.ts';
import { reconnecting } from './reconnecting.ts';
import { Recoveries } from './recoveries.ts';
import { openStalled } from './stalled.ts';
import { isTimed, openSwarm } from './swarm.ts';

/** @throws Error when a client can't connect */
export async function openDeliveries({ reconnect, firstStalled = Infinity, ...spec }: LoadSpec): Promise<Load> {
  const { firstClient, seed } = spec;
  const receiver = new Receiver();
  const onProblem = (what: string) => receiver.problem(what);
  const recoveries = reconnect && new Recoveries();
  const transport = recoveries ? recoveries.watch(reconnecting(spec.transport, reconnect)) : spec.transport;
  const isTimedClient = (client: number) => isTimed(spec, client);
  const readers = Math.max(0, Math.min(spec.clients, firstStalled - firstClient));
  const others = { ...spec, clients: spec.clients - readers, firstClient: firstClient + readers };
  // Not both at once: when one fails, no connection of the other is still opening.
  const stalled = others.clients > 0 ? await openStalled(others, onProblem) : undefined;
  const swarm = await openSwarm({ ...spec, clients: readers, transport }, (client) =>
    receiver.addClient(isTimedClient(client)),
  ).catch(async (error) => {
    await stalled?.close();
    throw error;
  });
  const stall = async ({ windowNs }: MeasureParams) => {
    if (!stalled) return;
    await sleepUntil(windowNs[0]);
    stalled.begin();
  };
  const exchange = async ({ messages, ...params }: MeasureParams) => {
    if (!messages) return undefined;
    const { exchangeMessages } = await import('./messages.ts');
    const senders = { senders: swarm.clients, isTimed: isTimedClient, onProblem };
    return await exchangeMessages({ params, messages, seed, ...senders });
  };
  return {
    get deliveries() {
      return receiver.deliveries;
    },
    async run(params) {
      recoveries?.start(params.startNs);
      const [upstream] = await Promise.all([exchange(params), receiver.start(params), stall(params)]);
      return { ...receiver.report(), recoveries: recoveries?.report(), upstream };
    },
    async grow(share) {
      await swarm.grow(share, () => UNHEARD);
    },
    async close() {
      receiver.stop();
      await Promise.all([swarm.close(), stalled?.close()]);
    },
  };
}
