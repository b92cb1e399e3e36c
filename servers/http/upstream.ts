/**
 * From client to server: `POST /upstream` with JSON as its body is answered 200 with the same bytes. For the transports whose
 * own channel goes downwards only: polling, long-polling, SSE.
 */

import express, { type Express, type Response } from 'express';
import { MAX_MESSAGE_BYTES } from '../../bench/contract/transport.ts';
import { sendJson } from './responses.ts';

const PATH = '/upstream';
const TYPE = 'application/json';
const METHODS = ['POST', 'OPTIONS'];

/** What express says of a body that it did not read. */
interface BodyError {
  readonly status?: number;
  readonly type?: string;
  readonly message: string;
}

export function mountUpstream(app: Express): void {
  const readBody = express.raw({ type: TYPE, limit: MAX_MESSAGE_BYTES, inflate: false });

  app.post(PATH, (request, response) => {
    readBody(request, response, (error?: unknown) => {
      if (error) return refuseBody(response, error as BodyError);
      const body: unknown = request.body;
      if (!Buffer.isBuffer(body)) {
        const value = request.get('Content-Type') ?? '';
        return sendJson(response, 415, { error: { header: 'Content-Type', value, allowed: `${TYPE}, with a body` } });
      }
      if (!isJson(body)) return sendJson(response, 400, { error: { message: 'the body is not JSON' } });
      sendJson(response, 200, body);
    });
  });
  // What a browser asks before it lets a page of another origin post JSON; whether it may, the host has decided.
  app.options(PATH, (_request, response) => {
    response.set({ 'Access-Control-Allow-Methods': 'POST', 'Access-Control-Allow-Headers': 'Content-Type' });
    response.status(204).end();
  });
  app.all(PATH, (request, response) => {
    response.set('Allow', METHODS.join(', '));
    sendJson(response, 405, { error: { method: request.method, allowed: METHODS } });
  });
}

function refuseBody(response: Response, { status = 400, type, message }: BodyError): void {
  const isTooLong = type === 'entity.too.large';
  const what = isTooLong
    ? { message: 'the message is too long', allowed: `at most ${MAX_MESSAGE_BYTES} bytes` }
    : { message };
  sendJson(response, status, { error: what });
}

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString());
    return true;
  } catch {
    return false;
  }
}
