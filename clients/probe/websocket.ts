/** WebSocket on a bare socket, without TLS and compression: the handshake and the frames that ws sends. */

import { createHash, randomBytes } from 'node:crypto';
import { decodeBinary } from '../../bench/contract/event-binary.ts';
import {
  type BareTransport,
  type ClientContext,
  type EventSink,
  HTTP_DEFAULTS,
  type PushClient,
  type ReadSocket,
  WEBSOCKET_DEFAULTS,
} from '../../bench/contract/transport.ts';
import { LifeCycle } from '../transports/life-cycle.ts';
import type { WebSocketOptions } from '../transports/websocket.ts';
import { Echoes } from '../wire/echoes.ts';
import { requestHeaders } from '../wire/header-profiles.ts';
import { openSocket, withinGrace } from '../wire/sockets.ts';
import { type Frame, FrameReader, maskedFrame, OPCODE } from './frames.ts';

const KEY_BYTES = 16;
/** RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const HEAD_END = '\r\n\r\n';
const NORMAL = Buffer.from([0x03, 0xe8]);
/** Close codes of a close frame without one, and of a connection that ended without a frame (RFC 6455, section 7.1.5). */
const NO_STATUS = 1005;
const ABNORMAL = 1006;

export const bareWebSocket: BareTransport<WebSocketOptions> = (read) => ({
  defaults: { ...HTTP_DEFAULTS, ...WEBSOCKET_DEFAULTS },
  connect: (context, sink) => new BareWebSocket(context, sink, read).connected,
});

class BareWebSocket {
  readonly #sink: EventSink;
  readonly #socket: ReturnType<typeof openSocket>['socket'];
  readonly #life: LifeCycle;
  readonly #echoes = new Echoes();
  readonly #frames = new FrameReader();
  readonly #key = randomBytes(KEY_BYTES).toString('base64');
  /** What came of the answer to the handshake; undefined once that is complete. */
  #head: Buffer | undefined = Buffer.alloc(0);
  #pieces: Buffer[] = [];
  #isBinary = false;
  #isCloseSent = false;
  #close: { readonly code: number; readonly reason: string } | undefined;

  constructor(context: ClientContext, sink: EventSink, read: ReadSocket) {
    this.#sink = sink;
    const { socket, gone } = openSocket(context);
    this.#socket = socket;
    this.#life = new LifeCycle(sink, {
      release: (why) => {
        this.#echoes.end(why);
        if (this.#life.isConnected) this.#sendClose(NORMAL);
        else socket.destroy();
        return withinGrace(gone, () => socket.destroy());
      },
      request: (text) => this.#echoes.request(() => this.#send(OPCODE.text, Buffer.from(text))),
    });
    socket.write(handshake(context, this.#key), 'latin1');
    read(socket, {
      data: (chunk, receivedNs) => this.#read(chunk, receivedNs),
      closed: (failure) => this.#closed(failure),
    });
  }

  get connected(): Promise<PushClient> {
    return this.#life.connected;
  }

  #read(chunk: Buffer, receivedNs: number): void {
    const frames = this.#head === undefined ? chunk : this.#readHead(chunk);
    if (frames) this.#frames.read(frames, (frame) => this.#take(frame, receivedNs));
  }

  /** @returns what comes after the head; undefined before its end, and when the handshake failed */
  #readHead(chunk: Buffer): Buffer | undefined {
    const head = Buffer.concat([this.#head ?? chunk, chunk]);
    this.#head = head;
    const end = head.indexOf(HEAD_END);
    if (end === -1) return undefined;
    const text = head.toString('latin1', 0, end);
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
    const accept = /\r\nsec-websocket-accept: *(\S+)/i.exec(text)?.[1];
    if (status !== 101) return void this.#life.end('error', `the server answered ${status}`);
    if (accept !== createHash('sha1').update(`${this.#key}${GUID}`).digest('base64')) {
      return void this.#life.end('error', 'the server answered another handshake');
    }
    this.#head = undefined;
    this.#life.connect();
    return head.subarray(end + HEAD_END.length);
  }

  #take({ opcode, isFinal, payload }: Frame, receivedNs: number): void {
    if (opcode === OPCODE.ping) {
      if (!this.#isCloseSent) this.#send(OPCODE.pong, payload);
    } else if (opcode === OPCODE.close) {
      const code = payload.length < NORMAL.length ? NO_STATUS : payload.readUInt16BE(0);
      this.#close = { code, reason: payload.toString('utf8', NORMAL.length) };
      this.#sendClose(payload);
    } else if (opcode !== OPCODE.pong) {
      if (opcode !== OPCODE.continuation) this.#isBinary = opcode === OPCODE.binary;
      this.#pieces.push(payload);
      if (isFinal) this.#deliver(Buffer.concat(this.#pieces.splice(0)), receivedNs);
    }
  }

  #deliver(message: Buffer, receivedNs: number): void {
    if (this.#life.ended) return;
    const text = this.#isBinary ? decodeBinary(message) : undefined;
    this.#echoes.deliver(text ?? message.toString(), receivedNs, this.#sink);
  }

  #send(opcode: number, payload: Buffer): void {
    this.#socket.write(maskedFrame(opcode, payload));
  }

  /** Once: it answers the server's, or asks for that. The server ends the connection then. */
  #sendClose(payload: Buffer): void {
    if (this.#isCloseSent) return;
    this.#isCloseSent = true;
    this.#send(OPCODE.close, payload);
  }

  #closed(failure: Error | undefined): void {
    const { code, reason } = this.#close ?? { code: ABNORMAL, reason: '' };
    const message = failure?.message ?? (reason || `closed with ${code}`);
    this.#life.end(code === ABNORMAL || failure ? 'error' : 'server', message, code);
  }
}

function handshake({ url, since, headers: profile }: ClientContext, key: string): string {
  const target = new URL(since === undefined ? url : `${url}?since=${since}`);
  const headers = {
    ...requestHeaders(profile, 'websocket', url, 'http'),
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': key,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    Host: target.host,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${target.pathname}${target.search} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
