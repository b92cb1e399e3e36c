/**
 * Gives the connections between clients and a server a distance: everything arrives half an RTT after it was said, unchanged
 * and in order, and an opening costs one RTT more.
 *
 * The kernel completes a connection to this process at once. What the client then says is held as if SYN and SYN-ACK were still
 * to travel: the server sees connection and first bytes 1.5 RTT after the client's connect, and its answer is back at 2 RTT.
 *
 * Not modelled: slow start and congestion control, loss and repetition, Nagle and delayed acknowledgements, TCP/IP headers in
 * the bandwidth, a shared bottleneck. A refused connection shows as a reset, after 2 RTT. The kernel's socket buffers stand
 * at both ends, as they do without a link. Time between a chunk's arrival and this process reading it comes on top of the
 * delay: a link with an RTT of 0 shows how much that is.
 */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Address, LinkConditions } from '../../contract/calls.ts';
import { type Alarm, createAlarm } from '../../measure/alarm.ts';
import { ByteMeter } from '../../measure/byte-meter.ts';
import { nowNs } from '../../measure/clock.ts';
import { Departures } from './delay-queue.ts';
import { Direction } from './direction.ts';
import { Path } from './path.ts';

export interface DistantLinkOptions extends LinkConditions {
  readonly seed: number;
}

/** How often a link that closes looks whether all has arrived. */
const CHECK_MS = 5;

export class DistantLink {
  /** Sockets towards the clients, and towards the server. */
  readonly clientSide = new ByteMeter();
  readonly serverSide = new ByteMeter();
  /** Told how late each chunk left. */
  onChunk: (latenessNs: number) => void = () => {};
  readonly #target: Address;
  readonly #options: DistantLinkOptions;
  readonly #alarm: Alarm;
  readonly #departures: Departures;
  readonly #server: Server;
  #connections = 0;

  private constructor(target: Address, options: DistantLinkOptions, alarm: Alarm) {
    this.#target = target;
    this.#options = options;
    this.#alarm = alarm;
    this.#departures = new Departures(alarm, nowNs);
    // Half-open, so that an end travels as an end and not as a disappearance.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#carry(client));
  }

  static async open(target: Address, options: DistantLinkOptions): Promise<DistantLink> {
    const link = new DistantLink(target, options, await createAlarm());
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Stops to accept and waits until all has arrived and every connection has ended, but not for long. */
  async close(graceMs: number): Promise<void> {
    this.#server.close();
    for (const untilNs = nowNs() + graceMs * 1e6; this.#isBusy && nowNs() < untilNs; ) await setTimeout(CHECK_MS);
    for (const socket of [...this.clientSide.openSockets, ...this.serverSide.openSockets]) socket.destroy();
    await this.#alarm.close();
  }

  get #isBusy(): boolean {
    const { clientSide, serverSide } = this;
    return this.#departures.waiting + clientSide.openSockets.size + serverSide.openSockets.size > 0;
  }

  #carry(client: Socket): void {
    this.clientSide.track(client);
    const number = 2 * this.#connections++;
    const connectServer = () => {
      const server = connect({ ...this.#target, allowHalfOpen: true, noDelay: true });
      this.serverSide.track(server);
      this.#direct(server, () => client, number + 1, 0);
      return server;
    };
    this.#direct(client, connectServer, number, nowNs() + this.#options.rttMs * 1e6);
  }

  /** @param openNs what is said before, is as if said then */
  #direct(source: Socket, open: () => Socket, number: number, openNs: number): void {
    const path = new Path(this.#options, number, openNs);
    const direction = new Direction(path, this.#departures, {
      source,
      open,
      onChunk: (latenessNs) => this.onChunk(latenessNs),
    });
    let hasEnded = false;
    source.on('data', (chunk: Buffer) => direction.chunk(chunk));
    source.on('end', () => {
      hasEnded = true;
      direction.end();
    });
    source.on('error', () => {});
    source.on('close', (hadError) => {
      if (hadError || !hasEnded) direction.reset();
    });
  }
}
