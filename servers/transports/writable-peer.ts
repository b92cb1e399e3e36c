import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Response } from 'express';
import { breakOff } from '../http/responses.ts';
import type { Peer } from './broadcast.ts';

/** A client of a bare socket or of a response that never ends. Neither can say why it is cut off. */
export class WritablePeer<W extends Socket | ServerResponse> implements Peer {
  protected readonly writable: W;

  constructor(writable: W) {
    this.writable = writable;
  }

  get backlogBytes(): number {
    return this.writable.writableLength;
  }

  write(frame: Buffer, flushed?: (error?: Error | null) => void): void {
    this.writable.write(frame, flushed);
  }

  cutOff(): void {
    breakOff(this.writable);
  }

  end(): unknown {
    return this.writable.end();
  }
}

/**
 * A client of an HTTP/1.1 response, each of whose frames is handed to the kernel as it is written. By itself Node corks the
 * socket at `response.write` until the next tick, by when the frames of all clients are made (lane `sse-corked`), and writes a
 * chunk in three parts for each client. Here the chunk is made once for all, and written in one. The bytes are the same.
 */
export class UncorkedPeer extends WritablePeer<Response> {
  #hasBegun = false;

  override write(frame: Buffer, flushed?: (error?: Error | null) => void): void {
    const { socket, chunkedEncoding, writableEnded, writableLength } = this.writable;
    // A response that waits behind another on its connection has no socket yet, and keeps what is written to it.
    const isThrough = this.#hasBegun && socket !== null && writableLength === socket.writableLength;
    if (isThrough && chunkedEncoding && !writableEnded) {
      socket.write(chunkOf(frame), flushed);
      return;
    }
    // With the first one its head leaves, in the same packet.
    this.#hasBegun = true;
    socket?.cork();
    super.write(frame, flushed);
    socket?.uncork();
  }
}

let last: { readonly frame: Buffer; readonly chunk: Buffer } | undefined;

/** RFC 9112, section 7.1. One frame goes to all clients: its chunk is made once. */
function chunkOf(frame: Buffer): Buffer {
  if (last?.frame !== frame) {
    const chunk = Buffer.concat([Buffer.from(`${frame.length.toString(16)}\r\n`), frame, CRLF]);
    last = { frame, chunk };
  }
  return last.chunk;
}

const CRLF = Buffer.from('\r\n');
