import type { ConnectParams } from '../../bench/contract/calls.ts';
import { isTapped, OPENING_AT_ONCE } from '../../bench/contract/child.ts';
import { STREAM, spreadAt } from '../../bench/contract/random.ts';
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
  // Of four probes with phases of chance alone, p50 at an event a poll would be off by a quarter of the interval.
  const phase = spreadAt(seed, STREAM.pollPhase, number);
  const common = { url, phase, headers, meter, certificate, swarm: spec };
  return { ...common, ...(at && { via: { host: at.host, port: at.port } }), ...(isRelayed && { keylog }) };
}

/** Whether the times of the client with this number count. */
export function isTimed({ tap }: SwarmSpec, number: number): boolean {
  return tap === undefined || tap.areTimed || !isTapped(number, tap);
}

/** Clients that are opened together: so many, numbered from the first. */
export type Share = Pick<ConnectParams, 'clients' | 'firstClient'>;

/** Makes the sink of a client; called once for each. */
type SinkOf = (client: number) => EventSink;

/**
 * Opens all clients, in order, a bounded number at a time.
 *
 * @returns the clients by number; `grow` adds a share, which shares connections with them where their lane shares any
 * @throws the first failure to connect; then all others are closed
 */
export async function openSwarm(spec: SwarmSpec, sinkOf: SinkOf) {
  const open = new Map<number, PushClient>();
  const close = async () => {
    await Promise.all([...open.values()].map((client) => client.close()));
  };
  const grow = async (share: Share, sinkOfMore: SinkOf) => {
    await openShare(spec, share, open, sinkOfMore).catch(async (error) => {
      await close();
      throw error;
    });
  };
  await grow(spec, sinkOf);
  return { clients: open, grow, close };
}

/** Adds the clients of a share to `open`. Rejects when none is on its way any more. */
async function openShare(
  spec: SwarmSpec,
  { clients, firstClient }: Share,
  open: Map<number, PushClient>,
  sinkOf: SinkOf,
): Promise<void> {
  const { transport, options, url } = spec;
  const before = open.size;
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
  if (!failure) return;
  const why = failure.reason instanceof Error ? failure.reason.message : String(failure.reason);
  throw new Error(`client ${open.size - before + 1} of ${clients} could not connect to ${url}: ${why}`);
}
