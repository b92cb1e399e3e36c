/**
 * The live page: `GET /` of `serve`, the stream that it watches, and its controls.
 *
 * Each open page has five gates, so its bytes are its own; pages share the stage, a server beside those that other clients use.
 */

import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import express, { type Request, type Response } from 'express';
import type { HttpHost } from '../../bench/contract/transport.ts';
import { createAlarm } from '../../bench/measure/alarm.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import { DelayQueue } from '../../bench/network/link/delay-queue.ts';
import { isWildcard } from '../http/admission.ts';
import { bracketed } from '../http/listen.ts';
import { sendJson } from '../http/responses.ts';
import { type Asked, type Guard, isLoopback, refusal } from './guard.ts';
import { OpenPage } from './open-page.ts';
import { pageHtml, readAssets, securityPolicy } from './page-html.ts';
import { type Command, readCommand } from './protocol.ts';
import { type MountAll, Stage } from './stage.ts';
import type { Pace } from './ticker.ts';

export interface LiveOptions {
  /** Address that `serve` listens on. */
  readonly address: string;
  /** Further names of this server. */
  readonly allowedHosts: readonly string[];
  readonly hasControl: boolean;
  readonly pace: Pace;
  readonly seed: number;
  readonly mountAll: MountAll;
}

export interface Live {
  readonly stage: Stage;
  readonly pages: readonly OpenPage[];
  /** Lines for whoever started the server. */
  readonly told: readonly string[];
  close(): Promise<void>;
}

/** Pages that can be open at a time: each has five ports. */
const MOST_PAGES = 4;
const MAX_COMMAND_BYTES = 1_024;

const BEYOND =
  'This is not the loopback: whoever reaches this address can read the events and watch the live page. ' +
  'The page is controlled from this machine alone, under http://localhost.';

export async function mountLive(
  http: HttpHost,
  { address, allowedHosts, hasControl, ...stageOptions }: LiveOptions,
): Promise<Live> {
  const { protocol, port } = new URL(http.addressOf('/').url);
  const hosts = [...hostsOf(address), ...allowedHosts];
  const guard: Guard = {
    token: randomBytes(16).toString('hex'),
    scheme: protocol === 'https:' ? 'https' : 'http',
    hasControl,
  };
  const stage = await Stage.open({
    ...stageOptions,
    allowedHosts: hosts,
    allowedOrigins: hosts.map((host) => new URL(`${protocol}//${bracketed(host)}:${port}`).origin),
  });
  const alarm = await createAlarm();
  const queue = new DelayQueue(alarm, nowNs);
  const pages = await Promise.all(
    Array.from({ length: MOST_PAGES }, (_, number) => OpenPage.open({ number, address, stage, queue, hasControl })),
  );
  stage.onChange = () => {
    for (const page of pages) page.tell();
  };
  const assets = readAssets();
  const ports = pages.map((page) => page.ports);

  const { app } = http;
  const whenAdmitted = (asked: Asked, answer: (request: Request, response: Response) => void) => {
    return (request: Request, response: Response) => {
      const refused = refusal(request, asked, guard);
      // The host may have let a page of another origin read its answers; not these.
      if (refused) response.removeHeader('Access-Control-Allow-Origin');
      if (refused) sendJson(response, refused.status, { error: refused.error });
      else answer(request, response);
    };
  };
  const serveText = (type: string, text: string) =>
    whenAdmitted('page', (_request, response) => {
      response.set({ 'Content-Type': `${type}; charset=utf-8`, ...FILE_HEADERS }).end(text);
    });

  app.get(
    '/',
    whenAdmitted('page', (request, response) => {
      const host = columnHost(request.hostname, address);
      response.set({
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': securityPolicy(host, ports),
        ...FILE_HEADERS,
        ...PAGE_HEADERS,
      });
      response.end(pageHtml({ token: guard.token, columnHost: host, hasControl }));
    }),
  );
  app.get('/live/page.js', serveText('text/javascript', assets.script));
  app.get('/live/page.css', serveText('text/css', assets.style));
  app.get(
    '/live/clock',
    whenAdmitted('watch', (_request, response) => sendJson(response, 200, { nowMs: nowNs() / 1e6 })),
  );
  app.get(
    '/live/watch',
    whenAdmitted('watch', (request, response) => {
      const page = pages.find(({ isFree }) => isFree);
      if (page) page.watch(request, response);
      else sendJson(response, 503, { error: { message: `${MOST_PAGES} pages are open already; close one` } });
    }),
  );
  const readBody = express.json({ limit: MAX_COMMAND_BYTES });
  app.post(
    '/live/control',
    whenAdmitted('control', (request, response) => {
      readBody(request, response, (error?: { message: string }) => {
        const command = error ? error.message : readCommand(request.body);
        const page = typeof command === 'string' ? undefined : pages[command.page];
        if (typeof command === 'string') sendJson(response, 400, { error: { message: command } });
        else if (!page || page.isFree) sendJson(response, 400, { error: { message: 'no such page is open' } });
        else obey(command, page, stage, pages, response);
      });
    }),
  );

  return {
    stage,
    pages,
    told: [`The live page: ${http.addressOf('/').url}`, ...(isLoopback(address) ? [] : [BEYOND])],
    async close() {
      await Promise.all(pages.map((page) => page.close()));
      await stage.close();
      await alarm.close();
    },
  };
}

function obey({ set, action }: Command, page: OpenPage, stage: Stage, pages: readonly OpenPage[], response: Response) {
  if (set) {
    const { eventsPerSecond, payloadBytes, isSilent, ...way } = set;
    const pace = { eventsPerSecond, payloadBytes, isSilent };
    page.way = { ...page.way, ...way };
    const told = Object.entries(pace).filter(([, value]) => value !== undefined);
    if (told.length > 0) stage.ticker.pace = { ...stage.ticker.pace, ...Object.fromEntries(told) };
    for (const one of pages) one.tell();
  }
  if (action === 'cut') page.cut();
  else if (action) void stage.restart(action === 'restart-empty');
  sendJson(response, 200, {});
}

const FILE_HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

/** Cross-origin isolated: its clock steps by 5 µs instead of 100. */
const PAGE_HEADERS = {
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
} as const;

/** Under which the page can be open: by name, by address, and on every address by those of this machine. */
function hostsOf(address: string): string[] {
  const own = isWildcard(address)
    ? Object.values(networkInterfaces()).flatMap((all) => all?.map((one) => one.address) ?? [])
    : [address];
  // Those of a link have a zone, which no URL has.
  return ['localhost', '127.0.0.1', '::1', ...own].filter((host) => !host.includes('%') && !host.startsWith('fe80'));
}

/** Where the page's columns connect to: the gates listen on one address, and `localhost` may mean another. */
function columnHost(hostname: string, address: string): string {
  if (!isWildcard(address)) return bracketed(address);
  return hostname === 'localhost' ? '127.0.0.1' : hostname;
}
