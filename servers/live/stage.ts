/**
 * The server that the live page shows: all transports over a feed of its own, in this process, on a port of the loopback. What the
 * page does to it (its rate, a restart) reaches no other client of `serve`.
 */

import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Address } from '../../bench/contract/calls.ts';
import type { EventFeed } from '../../bench/contract/event.ts';
import type { MountedTransport } from '../../bench/contract/transport.ts';
import { type Alarm, createAlarm } from '../../bench/measure/alarm.ts';
import type { ByteMeter } from '../../bench/measure/byte-meter.ts';
import { Host } from '../http/host.ts';
import { type Pace, Ticker } from './ticker.ts';

export type MountAll = (host: Host, feed: EventFeed) => Promise<readonly MountedTransport[]>;

export interface StageOptions {
  readonly pace: Pace;
  readonly seed: number;
  /** Of pages that may read its events. */
  readonly allowedOrigins: readonly string[];
  /** Under which the gates are reached. */
  readonly allowedHosts: readonly string[];
  readonly mountAll: MountAll;
}

/** How long a restarted server is away: long enough to be seen. */
const AWAY_MS = 2_500;
const LOOPBACK = '127.0.0.1';

export class Stage {
  readonly ticker: Ticker;
  readonly #options: StageOptions;
  readonly #alarm: Alarm;
  /** By the port of the client's end: sockets that nobody has asked for, and meters whose socket has not come. */
  readonly #unclaimed = new Map<number, Socket>();
  readonly #claims = new Map<number, ByteMeter>();
  #host: Host | undefined;
  #mounts: readonly MountedTransport[] = [];
  #port = 0;
  #restarting: Promise<void> | undefined;
  #isClosed = false;
  onChange: () => void = () => {};

  private constructor(options: StageOptions, alarm: Alarm) {
    this.#options = options;
    this.#alarm = alarm;
    this.ticker = new Ticker(options.pace, options.seed, alarm);
  }

  static async open(options: StageOptions): Promise<Stage> {
    const stage = new Stage(options, await createAlarm());
    await stage.#listen();
    return stage;
  }

  /** Nobody listens there while it restarts. */
  get address(): Address {
    return { host: LOOPBACK, port: this.#port };
  }

  get isUp(): boolean {
    return this.#restarting === undefined;
  }

  /** Counts the server's end of a connection. @param port of the client's end */
  meter(port: number, meter: ByteMeter): void {
    const socket = this.#unclaimed.get(port);
    this.#unclaimed.delete(port);
    if (socket) meter.track(socket);
    else this.#claims.set(port, meter);
  }

  /**
   * Closes as on Ctrl-C, and comes back after a while. Events are born meanwhile.
   *
   * @param isEmpty whether it comes back without the events that it held
   */
  restart(isEmpty: boolean): Promise<void> {
    this.#restarting ??= this.#restart(isEmpty);
    return this.#restarting;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.ticker.stop();
    await this.#restarting;
    await this.#host?.close(this.#mounts);
    await this.#alarm.close();
  }

  async #restart(isEmpty: boolean): Promise<void> {
    this.onChange();
    await this.#host?.close(this.#mounts);
    this.#host = undefined;
    this.#claims.clear();
    await setTimeout(AWAY_MS);
    if (this.#isClosed) return;
    if (isEmpty) this.ticker.forget();
    await this.#listen();
    this.#restarting = undefined;
    this.onChange();
  }

  async #listen(): Promise<void> {
    const { allowedOrigins, allowedHosts, mountAll } = this.#options;
    const host = new Host(this.ticker.log, {
      address: LOOPBACK,
      allowedOrigins,
      allowedHosts,
      onConnection: (socket) => this.#accept(socket),
    });
    this.#host = host;
    this.#mounts = await mountAll(host, this.ticker.log);
    this.#port = Number(new URL((await host.http('http')).addressOf('/').url).port);
  }

  #accept(socket: Socket): void {
    const port = socket.remotePort ?? 0;
    const meter = this.#claims.get(port);
    this.#claims.delete(port);
    if (meter) return void meter.track(socket);
    this.#unclaimed.set(port, socket);
    socket.once('close', () => this.#unclaimed.delete(port));
  }
}
