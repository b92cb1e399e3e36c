/**
 * One request of an HTTP/1.1 connection is under way at a time, however many a client sends ahead of their answers (pipelining,
 * RFC 9112, section 9.3.2). Of those behind it a few wait as objects; what comes behind them waits as bytes, and the connection
 * is read no further. Without a bound a chunk of 64 KiB is a thousand answers, streams or parked polls.
 *
 * Node's parser takes a whole chunk and can't be stopped within it, but by a request to upgrade: with that one it hands over the
 * socket and the bytes behind. {@link Request} says so of the request that finds the queue full; when the answers before it
 * are sent, {@link holdBehind} gives the server the same bytes on the same socket, as a connection of their own.
 */

import { IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Node takes 10 to 15 µs and 2 to 3 KB for a request that waits and its response: as much for each of these per connection. */
const MAX_WAITING = 4;
/** Of what comes behind a full queue this much is read, so that the end of the connection is noticed. */
const MAX_BEHIND_BYTES = 65_536;

const waitingCounts = new WeakMap<Socket, number>();

/**
 * The class of a server's requests (`IncomingMessage` of its options). Node asks `upgrade` whether to hand over the socket with
 * this request: on an offer to upgrade, and where the queue is full.
 */
export class Request extends IncomingMessage {
  #isOffer = false;
  #answer: boolean | undefined;

  /** Asked more than once: it does not change when this request itself fills the queue. */
  get upgrade(): boolean {
    this.#answer ??= this.#isOffer || isQueueFull(this.socket);
    return this.#answer;
  }

  /** Node sets null when it makes the request, what its parser found, and then the answer that it got here. */
  set upgrade(value: boolean | null) {
    if (value !== null) this.#isOffer = value;
  }
}

export function offersWebSocket({ headers }: IncomingMessage): boolean {
  return (headers.upgrade ?? '').split(',').some((offer) => offer.trim().toLowerCase() === 'websocket');
}

function isQueueFull(socket: Socket): boolean {
  return (waitingCounts.get(socket) ?? 0) >= MAX_WAITING;
}

/**
 * Handles a request whose response has no socket yet when it gets one, once the answers before it are sent. It does so in the
 * next turn of the event loop: else a connection with many requests would be answered on and on before anybody else is.
 */
export function handleInTurn({ socket }: IncomingMessage, response: ServerResponse, handle: () => void): void {
  waitingCounts.set(socket, (waitingCounts.get(socket) ?? 0) + 1);
  response.once('socket', () => {
    waitingCounts.set(socket, (waitingCounts.get(socket) ?? 1) - 1);
    setImmediate(() => {
      // Nobody would tell the handler any more that the connection has ended.
      if (!response.destroyed) handle();
    });
  });
}

/** The response that a socket carries now. Node has no public name for it. */
function responseOn(socket: Socket): ServerResponse | undefined {
  return (socket as Socket & { readonly _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}

export function hasUnfinishedAnswer(socket: Socket): boolean {
  return responseOn(socket) !== undefined;
}

/** Acts once all answers on a socket are sent; never where one of them ended the connection. */
export function afterAnswers(socket: Socket, act: () => void): void {
  const response = responseOn(socket);
  if (response) response.once('close', () => afterAnswers(socket, act));
  else if (socket.writable) act();
}

/**
 * Holds what a client sent behind a full queue until the answers before it are sent, and then gives it to the server again; an
 * offer to upgrade is left out, which is to ignore it (RFC 9110, section 7.8): that of `curl --http2`, for one. Were it ignored
 * by `upgrade` alone, Node would drop what came in the same chunk behind it.
 *
 * @param request the one with which the parser handed over the socket
 * @param head what the parser had of the bytes behind it
 */
export function holdBehind(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const behind = [headOf(request), head];
  let behindBytes = head.length;
  const hold = (chunk: Buffer) => {
    behind.push(chunk);
    behindBytes += chunk.length;
    if (behindBytes >= MAX_BEHIND_BYTES) socket.pause();
  };
  // As Node's server does with a client that ended its side: without it a parked poll would keep the connection open.
  const end = () => socket.end();
  const destroy = () => socket.destroy();
  socket.on('data', hold).on('end', end).on('error', destroy);
  afterAnswers(socket, () => {
    socket.pause().off('data', hold).off('end', end).off('error', destroy);
    socket.unshift(Buffer.concat(behind));
    // The answer before began the wait for the next request.
    socket.setTimeout(0);
    server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket);
    socket.resume();
  });
}

function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  let head = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() !== 'upgrade') head += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;
  }
  return Buffer.from(`${head}\r\n`, 'latin1');
}
