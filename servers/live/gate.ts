/**
 * The way of one column to the server: a relay on a port of its own, so that its bytes can be told from those of the others, with
 * a distance as the lab's link has it. What browsers hide (heads, frames) is read here as it passes the browser's end.
 */

import type { Socket } from 'node:net';
import type { Address } from '../../bench/contract/calls.ts';
import { ByteMeter } from '../../bench/measure/byte-meter.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import { type Outlet, readInto, TcpHop } from '../../bench/measure/tcp-hop.ts';
import type { DelayQueue } from '../../bench/network/link/delay-queue.ts';
import { type Destination, Direction } from '../../bench/network/link/direction.ts';
import { Path } from '../../bench/network/link/path.ts';
import { MessageReader, type ReadMessage } from './message-reader.ts';
import { PacketEstimate } from './packet-estimate.ts';
import type { Settings, WireCount } from './protocol.ts';

export type Way = Pick<Settings, 'rttMs' | 'bandwidthBitsPerSecond' | 'isReading'>;

export interface GateServer {
  readonly address: Address;
  meter(port: number, meter: ByteMeter): void;
}

export class Gate extends TcpHop {
  onMessage: (message: ReadMessage) => void = () => {};
  readonly #server: GateServer;
  readonly #queue: DelayQueue;
  readonly #packets = new PacketEstimate();
  readonly #paths = new Set<ChangingPath>();
  readonly #messages = { up: 0, down: 0 };
  /** The server's ends of its connections. */
  #meter = new ByteMeter();
  #way: Way = { rttMs: 0, bandwidthBitsPerSecond: 0, isReading: true };
  #directions = 0;

  constructor(server: GateServer, queue: DelayQueue) {
    super();
    this.#server = server;
    this.#queue = queue;
  }

  count(): WireCount {
    const { sentBytes, receivedBytes, connections } = this.#meter.read();
    return {
      sentBytes,
      receivedBytes,
      connections,
      openConnections: this.#meter.openSockets.size,
      headerBytes: this.#packets.headerBytes,
      messagesUp: this.#messages.up,
      messagesDown: this.#messages.down,
    };
  }

  /** Holds from now on, for connections that are open too; nothing overtakes what is on its way. */
  set way(way: Way) {
    this.#way = way;
    for (const path of this.#paths) path.change(way);
    for (const socket of this.serverSide.openSockets) {
      if (way.isReading) socket.resume();
      else socket.pause();
    }
  }

  /** Ends every connection without a word, as a network does that goes away. */
  cut(): void {
    for (const socket of [...this.clientSide.openSockets, ...this.serverSide.openSockets]) socket.resetAndDestroy();
  }

  /** Another page has it now. */
  reset(): void {
    this.cut();
    this.#meter = new ByteMeter();
    this.#packets.reset();
    this.#messages.up = 0;
    this.#messages.down = 0;
    this.onMessage = () => {};
  }

  protected override carry(client: Socket): void {
    const reader = new MessageReader((message) => {
      this.#messages[message.isUp ? 'up' : 'down']++;
      this.onMessage(message);
    });
    const packets = this.#packets.connection();
    const meter = this.#meter;
    const toClient: Destination = {
      get destroyed() {
        return client.destroyed;
      },
      write(chunk) {
        packets.carry('down', chunk.length);
        reader.down.feed(chunk);
        return client.write(chunk);
      },
      once: (event, listener) => client.once(event, listener),
      end: () => client.end(),
      resetAndDestroy: () => client.resetAndDestroy(),
    };
    const openNs = nowNs() + this.#way.rttMs * 1e6;
    const up = this.#direct(
      client,
      openNs,
      () => {
        const server = this.connect(this.#server.address);
        server.once('connect', () => this.#server.meter(server.localPort ?? 0, meter));
        const source = { pause: () => server.pause(), resume: () => this.#way.isReading && server.resume() };
        readInto(
          server,
          this.#direct(source, 0, () => toClient, server),
        );
        if (!this.#way.isReading) server.pause();
        return server;
      },
      client,
    );
    readInto(client, {
      chunk(chunk) {
        packets.carry('up', chunk.length);
        reader.up.feed(chunk);
        up.chunk(chunk);
      },
      end: () => up.end(),
      reset: () => up.reset(),
    });
  }

  #direct(
    source: { pause(): unknown; resume(): unknown },
    openNs: number,
    open: () => Destination,
    socket: Socket,
  ): Outlet {
    const path = new ChangingPath(this.#way, this.#directions++, openNs);
    this.#paths.add(path);
    socket.once('close', () => this.#paths.delete(path));
    return new Direction(path, this.#queue, { source, open, onChunk: () => {} });
  }
}

/** A path whose conditions change while bytes are on it. */
class ChangingPath {
  readonly #number: number;
  #path: Path;
  #lastNs = 0;

  constructor(way: Way, number: number, openNs: number) {
    this.#number = number;
    this.#path = pathOf(way, number, openNs);
  }

  get pieceBytes(): number {
    return this.#path.pieceBytes;
  }

  get capacityBytes(): number {
    return this.#path.capacityBytes;
  }

  change(way: Way): void {
    this.#path = pathOf(way, this.#number, 0);
  }

  exitNs(nowNs: number, bytes: number): number {
    this.#lastNs = Math.max(this.#lastNs, this.#path.exitNs(nowNs, bytes));
    return this.#lastNs;
  }
}

function pathOf({ rttMs, bandwidthBitsPerSecond: limit }: Way, number: number, openNs: number): Path {
  return new Path({ rttMs, seed: 1, ...(limit > 0 && { bandwidthBitsPerSecond: limit }) }, number, openNs);
}
