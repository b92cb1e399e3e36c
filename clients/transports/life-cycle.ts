/** The life of one client, as `EventSink` and `PushClient` promise it; the same for every transport. */

import type { CloseReason, EventSink, PushClient } from '../../bench/contract/transport.ts';

interface Parts extends Required<Pick<PushClient, 'request'>>, Pick<PushClient, 'isMultiplexed'> {
  /** Called once. Resolves when the socket is gone. @param why for messages whose answer will not come */
  release(why: string): Promise<unknown>;
}

export class LifeCycle implements PushClient {
  /** Rejects when the connection ends before {@link connect}; the sink is then never called. */
  readonly connected: Promise<PushClient>;
  readonly request: (text: string) => Promise<string>;
  readonly isMultiplexed: boolean;
  /**
   * True after a local close and after the end of the connection. Transports read it before each event: one chunk may hold
   * many, and the sink may close the client at any of them.
   */
  ended = false;
  readonly #sink: EventSink;
  readonly #release: Parts['release'];
  #isConnected = false;
  #resolve: (client: PushClient) => void = () => {};
  #reject: (error: Error) => void = () => {};
  #released: Promise<void> | undefined;

  constructor(sink: EventSink, { release, request, isMultiplexed = false }: Parts) {
    this.#sink = sink;
    this.#release = release;
    this.request = request;
    this.isMultiplexed = isMultiplexed;
    this.connected = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** The next event would be received. Idempotent. */
  connect(): void {
    this.#isConnected = true;
    this.#resolve(this);
  }

  /** The connection ended, or can't be used. Tells the sink, or rejects `connected`; nothing once the client has ended. */
  end(kind: CloseReason['kind'], message: string, code?: number): void {
    if (this.ended) return;
    void this.close(message);
    if (this.#isConnected) this.#sink.closed({ kind, message, ...(code !== undefined && { code }) });
    else this.#reject(new Error(message));
  }

  close(why = 'the client is closed'): Promise<void> {
    this.ended = true;
    this.#released ??= this.#release(why).then(() => {});
    return this.#released;
  }
}
