/**
 * An express app for requests of HTTP/2. express gives requests and responses prototypes that inherit from those of HTTP/1.1;
 * here the same methods inherit from HTTP/2's, and the app's router does the rest.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import express, { type Express } from 'express';

export type Handler = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

export function handleHttp2(app: Express): Handler {
  const requests = inheritingFrom(Http2ServerRequest.prototype, express.request, app);
  const responses = inheritingFrom(Http2ServerResponse.prototype, express.response, app);
  return (request, response, next) => {
    Object.setPrototypeOf(Object.assign(request, { res: response }), requests);
    Object.setPrototypeOf(Object.assign(response, { req: request }), responses);
    addTransferEncoding(request as unknown as Http2ServerRequest);
    (app.router as unknown as Handler)(request, response, next);
  };
}

function inheritingFrom(base: object, methods: object, app: Express): object {
  return Object.create(base, { ...Object.getOwnPropertyDescriptors(methods), app: { value: app } });
}

/** express looks for a body only where a header tells of one; HTTP/2 needs none. */
function addTransferEncoding({ headers, stream }: Http2ServerRequest): void {
  if (!stream.endAfterHeaders && headers['content-length'] === undefined) headers['transfer-encoding'] = 'chunked';
}
