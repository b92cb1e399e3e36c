/** A response that never ends for each client: what SSE and HTTP streaming share. They differ in their format. */

import type { Request, Response } from 'express';
import type { EventFeed } from '../../bench/contract/event.ts';
import {
  HTTP_DEFAULTS,
  type HttpOptions,
  type MountedTransport,
  type ServerHost,
} from '../../bench/contract/transport.ts';
import { BACKLOG_DEFAULTS, type BacklogOptions } from './backlog.ts';
import { Broadcast, type Framing } from './broadcast.ts';
import { GzipPeer } from './gzip-peer.ts';
import { UncorkedPeer, WritablePeer } from './writable-peer.ts';

export interface StreamOptions extends BacklogOptions, HttpOptions {}

export const STREAM_DEFAULTS = { ...HTTP_DEFAULTS, ...BACKLOG_DEFAULTS } as const;

export interface StreamFormat {
  readonly path: string;
  readonly contentType: string;
  readonly framing: Framing;
  readonly preamble?: Buffer;
  /** Sent every `keepAliveMs`: proxies close connections that are silent. */
  readonly keepAlive: Buffer;
  readonly keepAliveMs: number;
  /** Whether the stream is compressed for clients that accept gzip. @default false */
  readonly hasGzip?: boolean;
  /** Whether frames wait for the next tick, as Node's `response.write` has it on HTTP/1.1. @default false */
  readonly isCorked?: boolean;
  cursorOf(request: Request): number | undefined;
}

export async function mountStream(
  host: ServerHost,
  feed: EventFeed,
  { over, maxBacklogBytes }: Required<StreamOptions>,
  {
    path,
    contentType,
    framing,
    preamble,
    keepAlive,
    keepAliveMs,
    hasGzip = false,
    isCorked = false,
    cursorOf,
  }: StreamFormat,
): Promise<MountedTransport> {
  const http = await host.http(over);
  const broadcast = new Broadcast<WritablePeer<Response>>(feed, framing, maxBacklogBytes);
  const head = { 'Content-Type': contentType, 'Cache-Control': 'no-store' };

  http.app.get(path, (request, response) => {
    const since = cursorOf(request);
    if (hasGzip) response.vary('Accept-Encoding');
    const isGzip = hasGzip && request.acceptsEncodings('gzip') === 'gzip';
    response.writeHead(200, isGzip ? { ...head, 'Content-Encoding': 'gzip' } : head);
    if (request.method === 'HEAD' || http.closing) return void response.end();
    const Plain = isCorked || request.httpVersionMajor === 2 ? WritablePeer<Response> : UncorkedPeer;
    const peer = isGzip ? new GzipPeer(response) : new Plain(response);
    // Without it, Node keeps the head until the first event, and the client waits as long to be connected.
    if (preamble) peer.write(preamble);
    else response.flushHeaders();
    response.once('close', () => broadcast.leave(peer));
    broadcast.join(peer, since);
  });
  http.serveUpstream();

  broadcast.repeat(keepAliveMs, (peer) => peer.write(keepAlive));
  return broadcast.mounted(http.addressOf(path), () => Promise.all([...broadcast.peers()].map((peer) => peer.end())));
}
