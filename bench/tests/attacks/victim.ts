/** The server under attack: `npm run serve` in a process of its own, its memory, and what another client sees of it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { compiled } from '../../contract/paths.ts';

const START_MS = 60_000;
/** A server lets connections that ended badly linger for a while. */
const SETTLE_MS = 90_000;
const MEGABYTE = 1024 ** 2;

export interface Observed {
  readonly answers: number;
  /** The longest that an answer took, in ms. */
  readonly slowestMs: number;
}

export class Victim {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.#url = url;
    this.port = Number(new URL(url).port);
  }

  /** @param flags of `npm run serve`, besides the ports */
  static async start(flags: readonly string[]): Promise<Victim> {
    const args = [compiled('servers/serve'), '--port', '0', ...flags];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    const url = await new Promise<string>((resolve, reject) => {
      const timer = globalThis.setTimeout(() => reject(new Error('the server does not start')), START_MS);
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
      child.stdout?.on('data', (chunk) => {
        out += chunk;
        const match = /(https?:\/\/\S+)\/polling/.exec(out);
        if (!match?.[1] || !out.includes('Ctrl-C')) return;
        clearTimeout(timer);
        resolve(match[1]);
      });
    });
    return new Victim(child, url);
  }

  /** The most memory that the server had so far, in MB; undefined where the system does not tell (`/proc`, Linux). */
  get peakMegabytes(): number | undefined {
    if (process.platform !== 'linux') return undefined;
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    const kilobytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
    return (kilobytes * 1024) / MEGABYTE;
  }

  /** Files and sockets that the server has open; 0 where the system does not tell. */
  get openFiles(): number {
    return process.platform === 'linux' ? readdirSync(`/proc/${this.#child.pid}/fd`).length : 0;
  }

  /** Those that are open when no more than before are, or after a while. */
  async openFilesOnceBackTo(before: number): Promise<number> {
    const giveUpMs = performance.now() + SETTLE_MS;
    while (this.openFiles > before && performance.now() < giveUpMs) await setTimeout(100);
    return this.openFiles;
  }

  /** The seq of the newest event. */
  async lastSeq(): Promise<number> {
    const { answer } = await this.#observe(0);
    return (JSON.parse(answer) as { lastSeq: number }).lastSeq;
  }

  /** What a client sees that asks again and again for `ms`, on a connection and a thread of its own. */
  async observe(ms: number): Promise<Observed> {
    return await this.#observe(ms);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
  }

  async #observe(ms: number): Promise<Observed & { readonly answer: string }> {
    const worker = new Worker(compiled('bench/tests/attacks/observer'), { workerData: { url: this.#url, ms } });
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  }
}
