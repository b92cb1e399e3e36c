import type { WireProtocol } from './ledger.ts';
import type { ClientTransport, ServerTransport } from './transport.ts';

/** One row of the comparison: a transport with its options. What the harness must know of a transport stands here. */
export interface Lane {
  readonly id: string;
  readonly title: string;
  /** One sentence for `list` and the page. */
  readonly summary: string;
  /** Lanes of one transport share code; they differ in options. */
  readonly transport: string;
  /** Given to both halves of the transport, over their defaults. */
  readonly options: Readonly<Record<string, number | string | boolean>>;
  /** What its connections speak when they open, for the ledger. */
  readonly wire: WireProtocol;
  readonly server: () => Promise<ServerTransport>;
  readonly client: () => Promise<ClientTransport>;
  /** The longest an event may wait for the client by design, in ms: what warm-up and drain must allow for. */
  readonly waitMs?: (options: Lane['options']) => number;
  /** After which time, in ms, the traffic of an idle connection repeats; without it there is none. */
  readonly idlePeriodMs?: (options: Lane['options']) => number;
  /** The lane that this one measures once more, with the same transport and options. What the two differ by is noise. */
  readonly duplicateOf?: string;
  /** The lane that this one is but for one option: what the two differ by is what the option changes. */
  readonly variantOf?: string;
  /** Rules of the contract that the transport's format can't keep, with the reason. */
  readonly skips?: Readonly<Record<string, { readonly reason: string }>>;
}
