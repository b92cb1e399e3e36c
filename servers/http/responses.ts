/** What is done with a response on HTTP/1.1 and HTTP/2 alike. */

import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';

/** RFC 9113, section 7. */
const ENHANCE_YOUR_CALM = 0xb;

/** Answers with an object as JSON, or with JSON as it is. */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  const json = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': json.length,
    'Cache-Control': 'no-store',
  });
  response.end(json);
}

/** Breaks off a response that its client does not read. On HTTP/2, other streams of the connection go on. */
export function breakOff(response: ServerResponse | Http2ServerResponse): void {
  if ('stream' in response) response.stream.close(ENHANCE_YOUR_CALM);
  else response.destroy();
}
