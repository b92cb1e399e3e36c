/** How long the request heads of a page would be if they were those of the header profile `browser`. HTTP/1.1 alone. */

import { type RequestKind, requestHeaders } from '../wire/header-profiles.ts';

/** Of a kind: how many requests, and how long their paths were in all. */
export type Requests = Readonly<Partial<Record<RequestKind, { readonly count: number; readonly pathBytes: number }>>>;

/** Of a WebSocket's opening handshake (RFC 6455, section 4.1): 16 bytes in base64. */
const KEY_BYTES = 24;

/** @param origin of the page and its server, over HTTP without TLS */
export function profileHeadBytes(requests: Requests, origin: string): { requests: number; bytes: number } {
  let [count, bytes] = [0, 0];
  for (const [kind, asked] of Object.entries(requests)) {
    count += asked.count;
    bytes += asked.pathBytes + asked.count * bytesBesidePath(kind as RequestKind, origin);
  }
  return { requests: count, bytes };
}

function bytesBesidePath(kind: RequestKind, origin: string): number {
  const opening = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': ''.padEnd(KEY_BYTES),
  };
  const headers = {
    Host: new URL(origin).host,
    ...(kind === 'websocket' ? opening : { Connection: 'keep-alive' }),
    ...requestHeaders('browser', kind, origin, 'http'),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.byteLength(`GET  HTTP/1.1\r\n${lines.join('')}\r\n`);
}
