/** Many simulated clients of one lane in one process. */

import { isTapped, type Tapping } from '../bench/contract/child.ts';
import type { HeaderProfile } from '../bench/contract/headers.ts';
import { randomAt, STREAM } from '../bench/contract/random.ts';
import type { ClientContext, ClientTransport, EventSink, PushClient } from '../bench/contract/transport.ts';

export interface SwarmSpec {
  readonly transport: ClientTransport;
  readonly options: object;
  readonly url: string;
  readonly clients: number;
  /** Number of the first client: its phase depends on it, whichever worker it runs in. */
  readonly firstClient: number;
  readonly seed: number;
  readonly headers: HeaderProfile;
  readonly tap?: Tapping | undefined;
  readonly meter: ClientContext['meter'];
  readonly certificate?: string | undefined;
  /** Told the TLS secrets of the clients behind the relay, and of no others. */
  readonly keylog?: ((line: string) => void) | undefined;
}

export interface Swarm {
  close(): Promise<void>;
}

/** Connections being opened at a time: fewer than any listen backlog. */
const OPENING_AT_ONCE = 64;

/**
 * Opens all clients, in order, a bounded number at a time.
 *
 * @param sinkOf makes the sink of a client; called once for each
 * @throws the first failure to connect; then all others are closed
 */
export async function openSwarm(spec: SwarmSpec, sinkOf: (client: number) => EventSink): Promise<Swarm> {
  const { transport, options, clients, firstClient, seed, tap, keylog } = spec;
  const { url, headers, meter, certificate } = spec;
  const common = { url, headers, meter, certificate, swarm: spec };
  const open: PushClient[] = [];
  const close = async () => {
    await Promise.all(open.map((client) => client.close()));
  };
  let next = 0;
  let failed = false;
  const openNext = async () => {
    while (next < clients && !failed) {
      const number = firstClient + next++;
      const phase = randomAt(seed, STREAM.pollPhase, number);
      const relayed = tap && isTapped(number, tap) ? { via: { host: tap.host, port: tap.port }, keylog } : {};
      open.push(await transport.connect({ ...common, phase, ...relayed }, sinkOf(number), options));
    }
  };
  const lines = await Promise.allSettled(
    Array.from({ length: OPENING_AT_ONCE }, () =>
      openNext().catch((error) => {
        failed = true;
        throw error;
      }),
    ),
  );
  const failure = lines.find((line) => line.status === 'rejected');
  if (!failure) return { close };
  await close();
  const why = failure.reason instanceof Error ? failure.reason.message : String(failure.reason);
  throw new Error(`client ${open.length + 1} of ${clients} could not connect to ${url}: ${why}`);
}
