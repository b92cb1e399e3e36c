/**
 * An express app for requests of HTTP/2.
 *
 * express gives each request and response prototypes of its own, which build on those of HTTP/1.1. Here the same methods
 * stand on HTTP/2's, and the app's router does the rest.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import express, { type Express } from 'express';

export type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  otherwise: (error?: unknown) => void,
) => void;

export function handleHttp2(app: Express): Handler {
  const requests = standingOn(Http2ServerRequest.prototype, express.request, app);
  const responses = standingOn(Http2ServerResponse.prototype, express.response, app);
  return (request, response, otherwise) => {
    Object.setPrototypeOf(Object.assign(request, { res: response }), requests);
    Object.setPrototypeOf(Object.assign(response, { req: request }), responses);
    tellOfBody(request as unknown as Http2ServerRequest);
    (app.router as unknown as Handler)(request, response, otherwise);
  };
}

function standingOn(base: object, methods: object, app: Express): object {
  return Object.create(base, { ...Object.getOwnPropertyDescriptors(methods), app: { value: app } });
}

/** express knows a body by headers that HTTP/2 can do without. */
function tellOfBody({ headers, stream }: Http2ServerRequest): void {
  if (!stream.endAfterHeaders && headers['content-length'] === undefined) headers['transfer-encoding'] = 'chunked';
}
