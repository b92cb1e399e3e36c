/** Who may open the live page, watch and control. One function, so that no endpoint has a check of its own. */

import { timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';

export interface Guard {
  /** In the page: a page of another origin can't read it, and so can't ask for what needs it. */
  readonly token: string;
  readonly scheme: 'http' | 'https';
  readonly hasControl: boolean;
}

export interface Refusal {
  readonly status: 403;
  readonly error: object;
}

/** `page`: for everybody who may read it; `watch`: for the page; `control`: for the page, on this machine. */
export type Asked = 'page' | 'watch' | 'control';

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/;

export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** As a dual-stack socket writes an address of IPv4. */
const MAPPED = /^::ffff:/;

/** Of requests whose host the server has admitted. @returns why it is refused; undefined when it is not */
export function refusal(request: Request, asked: Asked, { token, scheme, hasControl }: Guard): Refusal | undefined {
  const { headers } = request;
  const host = headers.host ?? String(headers[':authority'] ?? '');
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const isForeign = asked !== 'page' && site !== undefined && site !== 'same-origin';
  const own = `${scheme}://${host}`;
  if ((origin !== undefined && origin !== own) || isForeign) {
    return { status: 403, error: { header: 'Origin', value: origin ?? site, allowed: [own] } };
  }
  if (asked === 'page') return undefined;
  const told = request.get('Live-Token') ?? String(request.query['token'] ?? '');
  if (!isSame(told, token))
    return { status: 403, error: { message: 'the token of the page is missing or old: reload it' } };
  if (asked === 'watch') return undefined;
  if (!hasControl) return { status: 403, error: { message: 'this server was started with --no-control' } };
  const isNear = isLoopback((request.socket.remoteAddress ?? '').replace(MAPPED, '')) && isLoopback(hostnameOf(own));
  // A browser names the origin of every POST that a page's script sends.
  if (!isNear || origin === undefined) {
    return { status: 403, error: { message: 'only the page itself, opened on this machine, can control the server' } };
  }
  return undefined;
}

function hostnameOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).hostname.replace(/^\[|\]$/g, '') : '';
}

function isSame(told: string, token: string): boolean {
  return told.length === token.length && timingSafeEqual(Buffer.from(told), Buffer.from(token));
}
