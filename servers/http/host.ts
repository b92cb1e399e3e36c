/** The listeners of a server process: one HTTP port and one TCP port, both metered, made at first use. */

import { createServer, type Server, type Socket } from 'node:net';
import type { EventFeed } from '../../bench/contract/event.ts';
import type {
  Certificate,
  HttpCarrier,
  HttpHost,
  MountedTransport,
  ServerHost,
} from '../../bench/contract/transport.ts';
import { ByteMeter } from '../../bench/measure/byte-meter.ts';
import type { ClosableHttpHost, HttpHostOptions } from './http-host.ts';
import { listen } from './listen.ts';

export interface HostOptions extends HttpHostOptions {
  /** 0 lets the system choose. @default 0 */
  readonly tcpPort?: number;
}

/** How long clients may take to close before their sockets are destroyed. */
const CLOSE_GRACE_MS = 2_000;

export class Host implements ServerHost {
  readonly meter = new ByteMeter();
  readonly #options: HostOptions;
  readonly #feed: EventFeed;
  #http: Promise<ClosableHttpHost> | undefined;
  #over: HttpCarrier | undefined;
  #tcp: Server | undefined;

  constructor(feed: EventFeed, options: HostOptions = {}) {
    this.#feed = feed;
    this.#options = options;
  }

  async http(over: HttpCarrier): Promise<HttpHost> {
    this.#over ??= over;
    if (over !== this.#over) throw new Error(`this host carries HTTP over ${this.#over}; ${over} needs another`);
    this.#http ??= import('./http-host.ts').then(({ openHttpHost }) =>
      openHttpHost(over, this.#feed, this.meter, this.#options),
    );
    return await this.#http;
  }

  async tcp(accept: (socket: Socket) => void): Promise<{ url: string }> {
    if (this.#tcp) throw new Error('the TCP port of this host is taken by another mount');
    const server = createServer({ noDelay: true }, (socket) => {
      this.meter.track(socket);
      accept(socket);
    });
    this.#tcp = server;
    return { url: `tcp://${await listen(server, this.#options, this.#options.tcpPort)}` };
  }

  async certificate(): Promise<Certificate | undefined> {
    return (await this.#http)?.certificate;
  }

  /** Connections of HTTP that were ended for what they did, besides those that a transport cut off. */
  async cutOffCount(): Promise<number> {
    return (await this.#http)?.cutOffCount ?? 0;
  }

  /** Resolves when every socket is gone. */
  async close(mounts: readonly MountedTransport[]): Promise<void> {
    const http = await this.#http?.catch(() => undefined);
    http?.stopAccepting();
    this.#tcp?.close();
    const drained = this.meter.drained(CLOSE_GRACE_MS);
    // Responses end in here; idle connections are closed after it, or one that ends later would stay for the whole grace. A
    // client that does not read lets no compressed response end: without the race it would keep the server open.
    await Promise.race([Promise.all(mounts.map((mount) => mount.close())), drained]);
    http?.closeIdle();
    if (await drained) return;
    for (const socket of this.meter.openSockets) socket.destroy();
    await this.meter.drained(CLOSE_GRACE_MS);
  }
}
