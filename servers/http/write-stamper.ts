/**
 * When a server hands each event to the kernel, for the few sockets of the probes. The streams of all others stay as they are.
 *
 * A socket's stream calls its `_write` or `_writev` for what it passes on at once: net.Socket's make the system call, or queue
 * behind one that the kernel has not taken yet. Here both read the clock first, on the instance alone. What was corked or held
 * back comes by here when it leaves. On TLS it does not: there the encrypted bytes go from C++ to C++, and nothing is known.
 */

import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { WriteStamps } from '../../bench/contract/calls.ts';
import { decodeBinary } from '../../bench/contract/event-binary.ts';
import { nowNs } from '../../bench/measure/clock.ts';

type Chunk = Buffer | string;

/** The events in a chunk follow each other: `first` to `last`. */
interface Seqs {
  readonly first: number;
  readonly last: number;
}

interface Watched {
  readonly socket: Socket;
  readonly writtenNs: number[];
  /** Events with a stamp. */
  count: number;
}

const HEAD = '{"seq":';
/** As long as the longest seq. */
const DIGITS = 16;
/** Begins a binary WebSocket message that is one frame. */
const BINARY_FRAME = 0x82;
/** The first byte of an event in binary; none of those that lines, HTTP and frames begin with. */
const HIGHEST_BINARY_KIND = 7;
const NONE: Seqs = { first: 0, last: -1 };
const WAIT_MS = 10;

export class WriteStamper {
  readonly #firstSeq: number;
  readonly #bornNs: number[];
  #ports: readonly number[] = [];
  /** By port; none where the server has no socket of that port. */
  readonly #watched = new Map<number, Watched>();
  /** One frame goes to all clients, and one body to all polls with the same cursor: it is read once. */
  #lastChunk: Chunk | undefined;
  #lastSeqs = NONE;

  /** @param events how many events the window has, from `firstSeq` on */
  constructor(firstSeq: number, events: number) {
    this.#firstSeq = firstSeq;
    this.#bornNs = new Array<number>(events).fill(0);
  }

  born(seq: number, bornNs: number): void {
    const at = seq - this.#firstSeq;
    if (at in this.#bornNs) this.#bornNs[at] = bornNs;
  }

  /** @param ports the clients' ends of the sockets to stamp; others are left alone */
  watch(sockets: Iterable<Socket>, ports: readonly number[]): void {
    this.#ports = ports;
    for (const socket of sockets) {
      const { remotePort: port } = socket;
      if (port === undefined || !ports.includes(port)) continue;
      const watched = { socket, writtenNs: new Array<number>(this.#bornNs.length).fill(0), count: 0 };
      this.#watched.set(port, watched);
      this.#instrument(watched);
    }
  }

  /**
   * Resolves when every probe whose writes are seen has every event, or at `untilNs`: those of polls leave after the window, and
   * those of a feed that is late are published after it.
   */
  async complete(untilNs: number): Promise<void> {
    const events = this.#bornNs.length;
    const isWaiting = ({ socket, count }: Watched) => {
      const isStamped = count > 0 || this.#bornNs.includes(0);
      return isStamped && count < events && !socket.destroyed;
    };
    while ([...this.#watched.values()].some(isWaiting) && nowNs() < untilNs) await setTimeout(WAIT_MS);
  }

  /** One entry for each port, in their order; without writes where none was seen: behind a relay, on TLS, or compressed. */
  read(): WriteStamps {
    return {
      firstSeq: this.#firstSeq,
      bornNs: this.#bornNs,
      probes: this.#ports.map((port) => {
        const watched = this.#watched.get(port);
        return { port, writtenNs: watched && watched.count > 0 ? watched.writtenNs : [] };
      }),
    };
  }

  /** Leaves the sockets as they were. */
  release(): void {
    for (const { socket } of this.#watched.values()) {
      Reflect.deleteProperty(socket, '_write');
      Reflect.deleteProperty(socket, '_writev');
    }
  }

  #instrument(watched: Watched): void {
    const { socket } = watched;
    const { _write: write, _writev: writev } = socket;
    socket._write = (chunk: Chunk, encoding, done) => {
      const writtenNs = nowNs();
      write.call(socket, chunk, encoding, done);
      this.#note(watched, chunk, writtenNs);
    };
    socket._writev = (chunks: { chunk: Chunk; encoding: BufferEncoding }[], done) => {
      // net.Socket replaces the entries of this array.
      const written = chunks.map(({ chunk }) => chunk);
      const writtenNs = nowNs();
      writev?.call(socket, chunks, done);
      for (const chunk of written) this.#note(watched, chunk, writtenNs);
    };
  }

  #seqsOf(chunk: Chunk): Seqs {
    if (chunk === this.#lastChunk) return this.#lastSeqs;
    const seqs = seqsIn(chunk);
    // What has no event is a head of its own for each client.
    if (seqs === NONE) return seqs;
    this.#lastChunk = chunk;
    this.#lastSeqs = seqs;
    return seqs;
  }

  #note(watched: Watched, chunk: Chunk, writtenNs: number): void {
    const { first, last } = this.#seqsOf(chunk);
    for (let seq = first; seq <= last; seq++) {
      // An event that is sent once more is no second write of it.
      if (watched.writtenNs[seq - this.#firstSeq] !== 0) continue;
      watched.writtenNs[seq - this.#firstSeq] = writtenNs;
      watched.count++;
    }
  }
}

function seqsIn(chunk: Chunk): Seqs {
  const at = chunk.indexOf(HEAD);
  if (at === -1) return binarySeqs(chunk);
  return { first: seqAt(chunk, at), last: seqAt(chunk, chunk.lastIndexOf(HEAD)) };
}

function seqAt(chunk: Chunk, at: number): number {
  const from = at + HEAD.length;
  const digits =
    typeof chunk === 'string' ? chunk.slice(from, from + DIGITS) : chunk.toString('latin1', from, from + DIGITS);
  return Number.parseInt(digits, 10);
}

function binarySeqs(chunk: Chunk): Seqs {
  if (typeof chunk === 'string') return NONE;
  const message = unframed(chunk);
  if ((message[0] ?? Number.POSITIVE_INFINITY) > HIGHEST_BINARY_KIND) return NONE;
  const text = decodeBinary(message);
  if (!text?.startsWith(HEAD)) return NONE;
  const seq = seqAt(text, 0);
  return { first: seq, last: seq };
}

/** What stands behind the header of a frame that the server sends, as of RFC 6455, section 5.2. */
function unframed(chunk: Buffer): Buffer {
  if (chunk[0] !== BINARY_FRAME) return chunk;
  const length = chunk[1] ?? 0;
  return chunk.subarray(length < 126 ? 2 : length === 126 ? 4 : 10);
}
