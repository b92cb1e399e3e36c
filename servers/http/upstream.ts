/** From client to server: `POST /upstream` with JSON as its body is answered 200 with the same bytes. */

import type { IncomingMessage } from 'node:http';
import type { Express, Request } from 'express';
import { MAX_MESSAGE_BYTES } from '../../bench/contract/transport.ts';
import { isJson } from './query.ts';
import { sendJson } from './responses.ts';

const PATH = '/upstream';
const TYPE = 'application/json';
const METHODS = ['POST', 'OPTIONS'];

export function mountUpstream(app: Express): void {
  app.post(PATH, (request, response) => {
    const refuse = (status: number, error: object) => sendJson(response, status, { error });
    const contentType = request.get('Content-Type') ?? '';
    const coding = request.get('Content-Encoding') ?? 'identity';
    if (!request.is(TYPE))
      return refuse(415, { header: 'Content-Type', value: contentType, allowed: `${TYPE}, with a body` });
    if (coding.toLowerCase() !== 'identity') {
      return refuse(415, { header: 'Content-Encoding', value: coding, allowed: 'identity' });
    }
    readBody(request, (body) => {
      if (body === undefined) {
        refuse(413, { message: 'the message is too long', allowed: `at most ${MAX_MESSAGE_BYTES} bytes` });
      } else if (isJson(body.toString())) {
        sendJson(response, 200, body);
      } else {
        refuse(400, { message: 'the body is not JSON' });
      }
    });
  });
  app.all(PATH, (request, response) => {
    response.set('Allow', METHODS.join(', '));
    sendJson(response, 405, { error: { method: request.method, allowed: METHODS } });
  });
}

export function isTooLong({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > MAX_MESSAGE_BYTES;
}

/**
 * Calls back once: with the body when it is complete, or with undefined as soon as it turns out to be too long, which express's
 * own reader says only when the client has sent all of it. The rest is taken off the wire and forgotten, so that a client
 * which sends first and reads then gets its answer. A body that breaks off is told to nobody.
 */
function readBody(request: Request, done: (body: Buffer | undefined) => void) {
  if (isTooLong(request)) {
    request.resume();
    return done(undefined);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  const onData = (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes <= MAX_MESSAGE_BYTES) return;
    request.off('data', onData).off('end', onEnd).resume();
    done(undefined);
  };
  const onEnd = () => done(Buffer.concat(chunks));
  request.on('data', onData).once('end', onEnd);
}
