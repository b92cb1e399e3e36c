/** The browser profile against a real Chromium, and the sizes that the profiles are cited for. */

import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { chromium } from 'playwright-core';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RequestKind, requestHeaders } from '../../clients/wire/header-profiles.ts';
import type { HEADER_PROFILES } from '../contract/headers.ts';
import type { HttpCarrier } from '../contract/transport.ts';

/** Older ones send other headers: the profile is that of a current browser. */
const OLDEST_VERSION = 150;
const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

const KINDS: readonly RequestKind[] = ['fetch', 'post', 'stream', 'eventsource', 'websocket'];
/** What every request of its kind has anyway, from undici, node:http2 or ws. */
const GIVEN = new Set([
  'host',
  'connection',
  'content-length',
  'upgrade',
  'sec-websocket-key',
  'sec-websocket-version',
]);

/** What a page asks for, and over what. */
const ASKED: readonly (readonly [RequestKind, HttpCarrier])[] = [
  ...KINDS.map((kind) => [kind, 'http'] as const),
  ...KINDS.filter((kind) => kind !== 'websocket').map((kind) => [kind, 'h2'] as const),
];
/** As text: this runs in the page, and the tests have no types of a page. */
const PAGE = `(async () => {
  await fetch('/fetch');
  await fetch('/post', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '"hello"' });
  await fetch('/stream', { headers: { Accept: 'application/x-ndjson' } });
  await new Promise((done) => { new EventSource('/eventsource').onopen = done; });
  await new Promise((done) => { new WebSocket(location.origin.replace('http', 'ws') + '/websocket').onerror = done; });
})()`;

/** Besides the pseudo-headers of HTTP/2. */
const isGiven = (name: string) => name.startsWith(':') || GIVEN.has(name.toLowerCase());

describe('the browser profile', () => {
  /** By carrier and kind. */
  const sent = new Map<string, Record<string, string>>();
  const origins = new Map<HttpCarrier, string>();
  let skipped: string | undefined;

  beforeAll(async () => {
    const executablePath = [process.env['CHROME_PATH'], ...INSTALLED].find((path) => path && existsSync(path));
    if (executablePath === undefined) {
      skipped = 'no Chromium is installed; CHROME_PATH can name one';
    } else {
      skipped = await visit(executablePath);
    }
    if (skipped !== undefined && process.env['CI']) throw new Error(`in CI this must run: ${skipped}`);
    if (skipped !== undefined) console.warn(`SKIPPED: the browser profile is not held against a browser: ${skipped}`);
  }, 60_000);

  async function visit(executablePath: string): Promise<string | undefined> {
    const browser = await chromium.launch({ executablePath, args: ARGS });
    try {
      if (Number.parseInt(browser.version(), 10) < OLDEST_VERSION) {
        return `Chromium ${browser.version()} is older than ${OLDEST_VERSION}`;
      }
      for (const [over, server] of [['http', createServer()] as const, ['h2', await createH2()] as const]) {
        server.on('request', (request: IncomingMessage, response: ServerResponse) => answer(over, request, response));
        server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
          take(over, request);
          socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        });
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        const origin = `${over === 'h2' ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
        origins.set(over, origin);
        const page = await browser.newPage({ ignoreHTTPSErrors: true });
        await page.goto(`${origin}/`);
        await page.evaluate(PAGE);
        await page.close();
        server.close();
      }
      return undefined;
    } finally {
      await browser.close();
    }
  }

  async function createH2(): Promise<Server> {
    const { private: key, cert } = await generate(undefined, { keyType: 'ec', algorithm: 'sha256' });
    return createSecureServer({ key, cert, allowHTTP1: true }) as unknown as Server;
  }

  function answer(over: HttpCarrier, request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    if (request.url === '/eventsource') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.flushHeaders();
    } else if (request.url === '/') {
      response.writeHead(200, { 'Content-Type': 'text/html' });
      response.end('<!doctype html><title>x</title>');
    } else {
      response.writeHead(204);
      response.end();
    }
    take(over, request);
  }

  function take(over: HttpCarrier, { url = '', rawHeaders }: IncomingMessage): void {
    const headers: Record<string, string> = {};
    for (let at = 0; at < rawHeaders.length; at += 2) headers[rawHeaders[at] ?? ''] = rawHeaders[at + 1] ?? '';
    sent.set(`${over} ${url.slice(1)}`, headers);
  }

  const ours = (kind: RequestKind, over: HttpCarrier) => requestHeaders('browser', kind, `${origins.get(over)}/`, over);
  const theirs = (kind: RequestKind, over: HttpCarrier) => sent.get(`${over} ${kind}`) ?? {};

  it.for(ASKED)('is what Chromium sends for %s from a page of the same origin, over %s', ([kind, over], { skip }) => {
    skip(skipped !== undefined, skipped);
    expect(normalised(ours(kind, over))).toEqual(normalised(theirs(kind, over)));
  });

  it.for(ASKED)('is as long as what Chromium sends for %s over %s, but for its version', ([kind, over], { skip }) => {
    skip(skipped !== undefined, skipped);
    const length = lengthOf(theirs(kind, over));
    expect(Math.abs(lengthOf(ours(kind, over)) - length)).toBeLessThanOrEqual(length * 0.02);
  });

  afterAll(() => sent.clear());

  /** Names in one case, without those that are given, and without what changes with each release. */
  function normalised(headers: Readonly<Record<string, string>>): Record<string, string> {
    const entries = Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => !isGiven(name))
      .map(([name, value]) => [
        name,
        name === 'sec-ch-ua' ? brands(value) : value.replace(/\/\d+\.[\d.]+/g, '/VERSION'),
      ]);
    return Object.fromEntries(entries);
  }

  /** The brands without versions and without the one that browsers make up on purpose. */
  function brands(value: string): string {
    const names = [...value.matchAll(/"([^"]+)";v="\d+"/g)].map(([, name]) => name ?? '');
    return names
      .filter((name) => !/not.*brand/i.test(name))
      .sort()
      .join(', ');
  }

  function lengthOf(headers: Readonly<Record<string, string>>): number {
    const entries = Object.entries(headers).filter(([name]) => !isGiven(name));
    return entries.reduce((sum, [name, value]) => sum + name.length + value.length + ': \r\n'.length, 0);
  }
});

describe('a profile', () => {
  const headers = (profile: (typeof HEADER_PROFILES)[number], kind: RequestKind) =>
    requestHeaders(profile, kind, 'ws://127.0.0.1:40000/websocket', 'http');

  it('browser-cookie is browser with one Cookie line of 284 bytes', () => {
    for (const kind of KINDS) {
      const { Cookie, ...others } = headers('browser-cookie', kind);
      expect(others).toEqual(headers('browser', kind));
      expect(`Cookie: ${Cookie}\r\n`).toHaveLength(284);
    }
  });

  it('minimal sends what the specifications need: the type of a body, Accept of a stream, and nothing else', () => {
    expect(KINDS.map((kind) => headers('minimal', kind))).toEqual([
      {},
      { 'Content-Type': 'application/json' },
      { Accept: 'application/x-ndjson' },
      { Accept: 'text/event-stream' },
      {},
    ]);
  });

  it('names the origin that the page would have, for a WebSocket as for HTTP', () => {
    expect(headers('browser', 'websocket')['Origin']).toBe('http://127.0.0.1:40000');
    expect(headers('browser', 'fetch')['Referer']).toBe('http://127.0.0.1:40000/');
  });
});
