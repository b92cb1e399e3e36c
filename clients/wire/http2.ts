/** HTTP/2 by node:http2: each request is a stream of its own, beside others. */

import type { ClientHttp2Stream, Http2Session, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import type { ClientContext } from '../../bench/contract/transport.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import type { HttpConnection, HttpExchange, HttpRequest } from './http.ts';
import { joinHttp2Link } from './http2-link.ts';
import { withinGrace } from './sockets.ts';

export function openHttp2(context: ClientContext, isShared: boolean): HttpConnection {
  const link = joinHttp2Link(context, isShared);
  const streams = new Set<ClientHttp2Stream>();
  let session: Http2Session | undefined;
  let finished = () => {};

  return {
    isMultiplexed: true,
    send(request, exchange) {
      const stream = link.request(headersOf(request), request.body !== undefined);
      const isNew = stream.session !== session;
      session = stream.session;
      if (isNew) context.onConnecting?.();
      streams.add(stream);
      stream.once('close', () => {
        streams.delete(stream);
        if (streams.size === 0) finished();
      });
      if (request.body !== undefined) stream.end(request.body);
      listen(stream, exchange);
    },
    async close(graceful) {
      if (graceful && streams.size > 0) {
        const finish = new Promise<void>((resolve) => {
          finished = resolve;
        });
        await withinGrace(finish, () => finished());
      }
      await link.leave(streams);
    },
  };
}

function headersOf({ method, path, headers, body }: HttpRequest): OutgoingHttpHeaders {
  const fields: OutgoingHttpHeaders = { ':method': method, ':path': path };
  for (const [name, value] of Object.entries(headers)) fields[name.toLowerCase()] = value;
  if (body !== undefined) fields['content-length'] = Buffer.byteLength(body);
  return fields;
}

function listen(stream: ClientHttp2Stream, exchange: HttpExchange): void {
  let isAnswered = false;
  let isComplete = false;
  const complete = (error?: Error) => {
    if (isComplete) return;
    isComplete = true;
    if (error) exchange.failed(error);
    else exchange.end();
  };
  // Node emits the head a tick later than data that came in the same packet.
  const early: [Buffer, number][] = [];
  stream.on('response', (headers: IncomingHttpHeaders) => {
    isAnswered = true;
    exchange.head(Number(headers[':status']), headers);
    for (const [chunk, receivedNs] of early.splice(0)) exchange.chunk(chunk, receivedNs);
  });
  stream.on('data', (chunk: Buffer) => {
    const receivedNs = nowNs();
    if (isAnswered) exchange.chunk(chunk, receivedNs);
    else early.push([chunk, receivedNs]);
  });
  // Node emits 'end' for a stream that was reset, too.
  stream.on('end', () => complete(isAnswered && stream.rstCode === 0 ? undefined : brokenOff(stream)));
  stream.on('error', complete);
  stream.on('close', () => complete(brokenOff(stream)));
}

function brokenOff({ rstCode = 0 }: ClientHttp2Stream): Error {
  return new Error(`the stream was broken off with code ${rstCode}`);
}
