/** From client to server: `POST /upstream` with JSON as its body is answered 200 with the same bytes. */

import express, { type Express } from 'express';
import { MAX_MESSAGE_BYTES } from '../../bench/contract/transport.ts';
import { isJson } from './query.ts';
import { sendJson } from './responses.ts';

const PATH = '/upstream';
const TYPE = 'application/json';
const METHODS = ['POST', 'OPTIONS'];

export function mountUpstream(app: Express): void {
  const readBody = express.raw({ type: TYPE, limit: MAX_MESSAGE_BYTES, inflate: false });

  app.post(PATH, (request, response) => {
    const refuse = (status: number, error: object) => sendJson(response, status, { error });
    readBody(request, response, (error?: { status?: number; type?: string; message: string }) => {
      const body: unknown = request.body;
      if (error?.type === 'entity.too.large') {
        refuse(413, { message: 'the message is too long', allowed: `at most ${MAX_MESSAGE_BYTES} bytes` });
      } else if (error) {
        refuse(error.status ?? 400, { message: error.message });
      } else if (!Buffer.isBuffer(body)) {
        const value = request.get('Content-Type') ?? '';
        refuse(415, { header: 'Content-Type', value, allowed: `${TYPE}, with a body` });
      } else if (isJson(body.toString())) {
        sendJson(response, 200, body);
      } else {
        refuse(400, { message: 'the body is not JSON' });
      }
    });
  });
  // The preflight of a page of another origin. The host has decided whether its origin is allowed.
  app.options(PATH, (_request, response) => {
    response.set({ 'Access-Control-Allow-Methods': 'POST', 'Access-Control-Allow-Headers': 'Content-Type' });
    response.status(204).end();
  });
  app.all(PATH, (request, response) => {
    response.set('Allow', METHODS.join(', '));
    sendJson(response, 405, { error: { method: request.method, allowed: METHODS } });
  });
}
