/** HTTP/1.1 by undici, over a metered socket; one request at a time. */

import { setImmediate } from 'node:timers/promises';
import { Client } from 'undici';
import type { ClientContext } from '../../bench/contract/transport.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import type { HttpConnection } from './http.ts';
import { type OpenSocket, openSocket, whenConnected, withinGrace } from './sockets.ts';

/** A parked poll and an event stream may be silent for any time. */
const NO_TIMEOUT = { headersTimeout: 0, bodyTimeout: 0 };
const KEEP_MS = 600_000;

export function openHttp1(context: ClientContext, isPerRequest: boolean): HttpConnection {
  const open = new Set<OpenSocket>();
  let receivedNs = 0;
  let underWay = 0;
  let finished = () => {};
  const client = new Client(new URL(context.url).origin, {
    ...NO_TIMEOUT,
    pipelining: 1,
    keepAliveTimeout: KEEP_MS,
    keepAliveMaxTimeout: KEEP_MS,
    connect(_options, done) {
      const opened = openSocket(context);
      const { socket, gone } = opened;
      open.add(opened);
      void gone.then(() => open.delete(opened));
      whenConnected(socket, (error) => {
        if (error) return done(error, null);
        // The clock is read before undici parses the response, as in the other transports.
        socket.prependListener('readable', () => {
          receivedNs = nowNs();
        });
        done(null, socket);
      });
    },
  });
  const complete = () => {
    underWay--;
    if (underWay === 0) finished();
  };
  const endSockets = async (graceful: boolean) => {
    if (graceful && underWay > 0) {
      await new Promise<void>((resolve) => {
        finished = resolve;
      });
    }
    // undici sends a request in the turn after the answer before it: an end in this turn would make that an error.
    await setImmediate();
    // Destroyed, a socket would lose what is on its way: bytes sent by one side and not received by the other.
    for (const { socket } of open) socket.end();
    await Promise.all([...open].map(({ gone }) => gone));
  };

  return {
    isMultiplexed: false,
    send({ method, path, headers, body }, exchange) {
      underWay++;
      client.dispatch(
        { method, path, headers, body: body ?? null, reset: isPerRequest },
        {
          onRequestStart() {},
          onResponseStart: (_controller, status, responseHeaders) => exchange.head(status, responseHeaders),
          onResponseData: (_controller, chunk) => exchange.chunk(chunk, receivedNs),
          onResponseEnd() {
            complete();
            exchange.end();
          },
          onResponseError(_controller, error) {
            complete();
            exchange.failed(error);
          },
        },
      );
    },
    async close(graceful) {
      await withinGrace(endSockets(graceful), () => {
        finished();
        for (const { socket } of open) socket.destroy();
      });
      await client.destroy();
    },
  };
}
