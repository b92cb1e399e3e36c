import type { ConnectParams } from '../../bench/contract/calls.ts';
import { isTapped, OPENING_AT_ONCE } from '../../bench/contract/child.ts';
import { randomAt, STREAM } from '../../bench/contract/random.ts';
import type { ClientContext, ClientTransport, EventSink, PushClient } from '../../bench/contract/transport.ts';

/** A client's phase depends on its number, whichever worker it runs in. */
type SwarmParams = Pick<
  ConnectParams,
  'url' | 'clients' | 'firstClient' | 'seed' | 'headers' | 'via' | 'tap' | 'certificate'
>;

export interface SwarmSpec extends SwarmParams {
  readonly transport: ClientTransport;
  readonly options: object;
  readonly meter: ClientContext['meter'];
  /** Told the TLS secrets of the clients behind the relay, and of no others. */
  readonly keylog?: ((line: string) => void) | undefined;
}

export function contextOf(spec: SwarmSpec, number: number): ClientContext {
  const { url, seed, headers, via, tap, meter, certificate, keylog } = spec;
  const isRelayed = tap !== undefined && isTapped(number, tap);
  const at = isRelayed ? tap : via;
  const phase = randomAt(seed, STREAM.pollPhase, number);
  const common = { url, phase, headers, meter, certificate, swarm: spec };
  return { ...common, ...(at && { via: { host: at.host, port: at.port } }), ...(isRelayed && { keylog }) };
}

/** Whether the times of the client with this number count. */
export function isTimed({ tap }: SwarmSpec, number: number): boolean {
  return tap === undefined || tap.areTimed || !isTapped(number, tap);
}

/**
 * Opens all clients, in order, a bounded number at a time.
 *
 * @param sinkOf makes the sink of a client; called once for each
 * @throws the first failure to connect; then all others are closed
 */
export async function openSwarm(spec: SwarmSpec, sinkOf: (client: number) => EventSink) {
  const { transport, options, url, clients, firstClient } = spec;
  const open = new Map<number, PushClient>();
  const close = async () => {
    await Promise.all([...open.values()].map((client) => client.close()));
  };
  let next = 0;
  let failed = false;
  const openNext = async () => {
    while (next < clients && !failed) {
      const number = firstClient + next++;
      open.set(number, await transport.connect(contextOf(spec, number), sinkOf(number), options));
    }
  };
  const openers = await Promise.allSettled(
    Array.from({ length: OPENING_AT_ONCE }, () =>
      openNext().catch((error) => {
        failed = true;
        throw error;
      }),
    ),
  );
  const failure = openers.find((opener) => opener.status === 'rejected');
  if (!failure) return { clients: open, close };
  await close();
  const why = failure.reason instanceof Error ? failure.reason.message : String(failure.reason);
  throw new Error(`client ${open.size + 1} of ${clients} could not connect to ${url}: ${why}`);
}
