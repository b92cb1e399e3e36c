/** The browser profile against a real Chromium, and the sizes that the profiles are cited for. */

import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HEADER_PROFILES } from '../bench/contract/headers.ts';
import { type RequestKind, requestHeaders } from './header-profiles.ts';

/** Older ones send other headers: the profile is that of a current browser. */
const OLDEST_VERSION = 150;
const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

const KINDS: readonly RequestKind[] = ['fetch', 'eventsource', 'websocket'];
/** What every request of its kind has anyway, from undici or ws. */
const GIVEN = new Set(['host', 'connection', 'upgrade', 'sec-websocket-key', 'sec-websocket-version']);

describe('the browser profile', () => {
  const sent = new Map<RequestKind, Record<string, string>>();
  let origin = '';
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
    const server = createServer((request, response) => {
      if (request.url === '/') response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>x</title>');
      else if (request.url === '/favicon.ico') response.writeHead(204).end();
      else take(request.url === '/fetch' ? 'fetch' : 'eventsource', request.rawHeaders);
      if (request.url === '/fetch') response.writeHead(204).end();
      if (request.url === '/events') response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
    });
    server.on('upgrade', (request, socket) => {
      take('websocket', request.rawHeaders);
      socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    });
    try {
      if (Number.parseInt(browser.version(), 10) < OLDEST_VERSION) {
        return `Chromium ${browser.version()} is older than ${OLDEST_VERSION}`;
      }
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const page = await browser.newPage();
      await page.goto(`${origin}/`);
      // As text: this runs in the page, and the tests have no types of a page.
      await page.evaluate(`(async () => {
        await fetch('/fetch');
        await new Promise((done) => { new EventSource('/events').onopen = done; });
        await new Promise((done) => { new WebSocket(location.origin.replace('http', 'ws') + '/socket').onerror = done; });
      })()`);
      return undefined;
    } finally {
      await browser.close();
      server.closeAllConnections();
      server.close();
    }
  }

  function take(kind: RequestKind, rawHeaders: readonly string[]): void {
    const headers: Record<string, string> = {};
    for (let at = 0; at < rawHeaders.length; at += 2) headers[rawHeaders[at] ?? ''] = rawHeaders[at + 1] ?? '';
    sent.set(kind, headers);
  }

  it.for(KINDS)('is what Chromium sends for %s from a page of the same origin, header by header', (kind, { skip }) => {
    skip(skipped !== undefined, skipped);
    expect(normalised(requestHeaders('browser', kind, `${origin}/`))).toEqual(normalised(sent.get(kind) ?? {}));
  });

  it.for(KINDS)('is as long as what Chromium sends for %s, but for the digits of its version', (kind, { skip }) => {
    skip(skipped !== undefined, skipped);
    const theirs = lengthOf(sent.get(kind) ?? {});
    expect(Math.abs(lengthOf(requestHeaders('browser', kind, `${origin}/`)) - theirs)).toBeLessThanOrEqual(
      theirs * 0.02,
    );
  });

  afterAll(() => sent.clear());

  /** Names in one case, without those that are given, and without what changes with each release. */
  function normalised(headers: Readonly<Record<string, string>>): Record<string, string> {
    const entries = Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => !GIVEN.has(name))
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
    const entries = Object.entries(headers).filter(([name]) => !GIVEN.has(name.toLowerCase()));
    return entries.reduce((sum, [name, value]) => sum + name.length + value.length + ': \r\n'.length, 0);
  }
});

describe('a profile', () => {
  const headers = (profile: (typeof HEADER_PROFILES)[number], kind: RequestKind) =>
    requestHeaders(profile, kind, 'ws://127.0.0.1:40000/websocket');

  it('browser-cookie is browser with one Cookie line of 284 bytes', () => {
    for (const kind of KINDS) {
      const { Cookie, ...others } = headers('browser-cookie', kind);
      expect(others).toEqual(headers('browser', kind));
      expect(`Cookie: ${Cookie}\r\n`).toHaveLength(284);
    }
  });

  it('minimal sends what the specifications need: Accept of an event stream, and nothing else', () => {
    expect(KINDS.map((kind) => headers('minimal', kind))).toEqual([{}, { Accept: 'text/event-stream' }, {}]);
  });

  it('names the origin that the page would have, for a WebSocket as for HTTP', () => {
    expect(headers('browser', 'websocket')['Origin']).toBe('http://127.0.0.1:40000');
    expect(headers('browser', 'fetch')['Referer']).toBe('http://127.0.0.1:40000/');
  });
});
