import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';

/** RFC 9113, section 7. */
const ENHANCE_YOUR_CALM = 0xb;

/** @param body an object, or JSON in bytes */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  const json = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': json.length,
    'Cache-Control': 'no-store',
  });
  response.end(json);
}

/** Ends a client that does not read. On HTTP/2, other streams of the connection go on. */
export function breakOff(writable: ServerResponse | Http2ServerResponse | Socket): void {
  if ('stream' in writable) writable.stream.close(ENHANCE_YOUR_CALM);
  else writable.destroy();
}
