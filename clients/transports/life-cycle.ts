/** The life of one client, as `EventSink` and `PushClient` promise it; the same for every transport. */

import type { CloseReason, EventSink, PushClient } from '../../bench/contract/transport.ts';

interface Parts extends Pick<PushClient, 'isMultiplexed'> {
  request(text: string): Promise<string>;
  /** Called once. Resolves when the socket is gone. @param why for requests whose answer will not come */
  release(why: string): Promise<unknown>;
}

export class LifeCycle implements PushClient {
  /** Rejects when the connection ends before {@link connect}; the sink is then never called. */
  readonly connected: Promise<PushClient>;
  readonly isMultiplexed: boolean;
  isConnected = false;
  /**
   * True after a local close and after the end of the connection. Transports read it before each event: one chunk may hold
   * many, and the sink may close the client at any of them.
   */
  ended = false;
  readonly #sink: EventSink;
  readonly #parts: Parts;
  #promise: { resolve(client: PushClient): void; reject(error: Error): void } | undefined;
  #gone: Promise<void> | undefined;

  constructor(sink: EventSink, parts: Parts) {
    this.#sink = sink;
    this.#parts = parts;
    this.isMultiplexed = parts.isMultiplexed ?? false;
    this.connected = new Promise((resolve, reject) => {
      this.#promise = { resolve, reject };
    });
  }

  /** The next event would be received. Idempotent. */
  connect(): void {
    this.isConnected = true;
    this.#promise?.resolve(this);
  }

  /** The connection ended, or can't be used. Tells the sink, or rejects `connected`; nothing once the client has ended. */
  end(kind: CloseReason['kind'], message: string, code?: number): void {
    if (this.ended) return;
    void this.close(message);
    if (this.isConnected) this.#sink.closed({ kind, message, ...(code !== undefined && { code }) });
    else this.#promise?.reject(new Error(message));
  }

  readonly request = async (text: string): Promise<string> => {
    if (this.ended) throw new Error('the client is closed');
    return await this.#parts.request(text);
  };

  close(why = 'the client is closed'): Promise<void> {
    this.ended = true;
    this.#gone ??= this.#parts.release(why).then(() => {});
    return this.#gone;
  }
}
