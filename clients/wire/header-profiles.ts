/**
 * The request headers of a simulated client, besides those that undici, node:http2 and ws add to every request of its kind.
 * `browser` was read off Chromium 156 on Linux, headless, from a page of the same origin; a test compares it with a real one.
 */

import type { HeaderProfile } from '../../bench/contract/headers.ts';
import type { HttpCarrier } from '../../bench/contract/transport.ts';

/** What a page would use to make the request; `post` is a fetch that sends JSON, `stream` one that accepts NDJSON. */
export type RequestKind = 'fetch' | 'post' | 'stream' | 'eventsource' | 'websocket';

type Headers = Readonly<Record<string, string>>;

const EXTENSIONS = { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' };
/** What browsers offer. Whether the server compresses is an option of the lane. */
const ENCODINGS = { 'Accept-Encoding': 'gzip, deflate, br, zstd' };
const LANGUAGES = { 'Accept-Language': 'en-US,en;q=0.9' };
const NO_CACHE = { Pragma: 'no-cache', 'Cache-Control': 'no-cache' };
/** `Accept` by kind of request, where it is not everything. */
const ACCEPT: Readonly<Partial<Record<RequestKind, string>>> = {
  stream: 'application/x-ndjson',
  eventsource: 'text/event-stream',
};
const JSON_TYPE = { 'Content-Type': 'application/json' };
/** RFC 9218, section 4: urgency and incremental delivery of what a page fetches. */
const PRIORITY = { Priority: 'u=1, i' };
const USER_AGENT = {
  'User-Agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36',
};

/** Name, colon, space and line end included: as long as the Cookie line of the example that is most cited in this field. */
const COOKIE_LINE_BYTES = 284;
const COOKIE = { Cookie: 'session='.padEnd(COOKIE_LINE_BYTES - 'Cookie: \r\n'.length, '0123456789abcdef') };

const PROFILES: Readonly<Record<HeaderProfile, (kind: RequestKind, origin: string, over: HttpCarrier) => Headers>> = {
  minimal: minimalHeaders,
  node: nodeHeaders,
  browser: browserHeaders,
  'browser-cookie': (kind, origin, over) => ({ ...browserHeaders(kind, origin, over), ...COOKIE }),
};

/** @param url where the request goes; the page is taken to be of the same origin */
export function requestHeaders(
  profile: HeaderProfile,
  kind: RequestKind,
  url: string,
  over: HttpCarrier,
): Record<string, string> {
  return { ...PROFILES[profile](kind, new URL(url).origin.replace(/^ws/, 'http'), over) };
}

function minimalHeaders(kind: RequestKind): Headers {
  if (kind === 'post') return JSON_TYPE;
  const accept = ACCEPT[kind];
  return accept === undefined ? {} : { Accept: accept };
}

function nodeHeaders(kind: RequestKind): Headers {
  if (kind === 'websocket') return EXTENSIONS;
  return {
    Accept: ACCEPT[kind] ?? '*/*',
    ...(kind === 'post' && JSON_TYPE),
    'Accept-Language': '*',
    'Sec-Fetch-Mode': 'cors',
    'User-Agent': 'undici',
    ...(kind === 'eventsource' && NO_CACHE),
    'Accept-Encoding': 'gzip, deflate',
  };
}

function browserHeaders(kind: RequestKind, origin: string, over: HttpCarrier): Headers {
  if (kind === 'websocket') {
    return { ...NO_CACHE, ...USER_AGENT, Origin: origin, ...ENCODINGS, ...LANGUAGES, ...EXTENSIONS };
  }
  return {
    ...(kind === 'eventsource' && NO_CACHE),
    'sec-ch-ua-platform': '"Linux"',
    ...USER_AGENT,
    Accept: ACCEPT[kind] ?? '*/*',
    'sec-ch-ua': '"Not:A-Brand";v="8", "Chromium";v="156"',
    'sec-ch-ua-mobile': '?0',
    ...(kind === 'post' && { ...JSON_TYPE, Origin: origin }),
    'Sec-Fetch-Site': 'same-origin',
    'Sec-Fetch-Mode': 'cors',
    'Sec-Fetch-Dest': 'empty',
    Referer: `${origin}/`,
    ...ENCODINGS,
    ...LANGUAGES,
    ...(over === 'h2' && PRIORITY),
  };
}
