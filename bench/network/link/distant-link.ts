/**
 * Gives the connections between clients and a server a distance: everything arrives half an RTT after it was sent, unchanged
 * and in order, and an opening costs one RTT more.
 *
 * The kernel completes a connection to this process at once. What the client then sends is held as if SYN and SYN-ACK were
 * still to travel: the server sees connection and first bytes 1.5 RTT after the client's connect; its answer is back at 2 RTT.
 *
 * Not modelled: slow start and congestion control, loss and repetition, Nagle and delayed acknowledgements, TCP/IP headers in
 * the bandwidth, a shared bottleneck. A refused connection shows as a reset, after 2 RTT. The kernel's socket buffers stand
 * at both ends, as they do without a link. Time between a chunk's arrival and this process reading it comes on top of the
 * delay: a link with an RTT of 0 shows how much that is.
 */

import type { Socket } from 'node:net';
import type { Address, LinkConditions } from '../../contract/calls.ts';
import { type Alarm, createAlarm } from '../../measure/alarm.ts';
import { nowNs } from '../../measure/clock.ts';
import { readInto, TcpHop } from '../../measure/tcp-hop.ts';
import { DelayQueue } from './delay-queue.ts';
import { Direction } from './direction.ts';
import { Path } from './path.ts';

export interface DistantLinkOptions extends LinkConditions {
  readonly seed: number;
}

export class DistantLink extends TcpHop {
  onChunk: (latenessNs: number) => void = () => {};
  readonly #target: Address;
  readonly #options: DistantLinkOptions;
  readonly #alarm: Alarm;
  readonly #queue: DelayQueue;
  #connections = 0;

  private constructor(target: Address, options: DistantLinkOptions, alarm: Alarm) {
    super();
    this.#target = target;
    this.#options = options;
    this.#alarm = alarm;
    this.#queue = new DelayQueue(alarm, nowNs);
  }

  static async open(target: Address, options: DistantLinkOptions): Promise<DistantLink> {
    return await new DistantLink(target, options, await createAlarm()).listen();
  }

  override async close(graceMs: number): Promise<void> {
    await super.close(graceMs);
    await this.#alarm.close();
  }

  protected override get isBusy(): boolean {
    return super.isBusy || this.#queue.waiting > 0;
  }

  protected override carry(client: Socket): void {
    const number = 2 * this.#connections++;
    const connectServer = () => {
      const server = this.connect(this.#target);
      this.#direct(server, () => client, number + 1, 0);
      return server;
    };
    this.#direct(client, connectServer, number, nowNs() + this.#options.rttMs * 1e6);
  }

  /** @param openNs bytes that come before count as sent then */
  #direct(source: Socket, open: () => Socket, number: number, openNs: number): void {
    const path = new Path(this.#options, number, openNs);
    const onChunk = (latenessNs: number) => this.onChunk(latenessNs);
    readInto(source, new Direction(path, this.#queue, { source, open, onChunk }));
  }
}
