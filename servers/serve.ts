/** Entry for people: every transport on one port, over one feed, for curl, browsers and clients in any language. */

import { Command, InvalidArgumentError } from 'commander';
import { lanes } from '../bench/catalogue/lanes.ts';
import { type EventFeed, MAX_PAYLOAD_BYTES, MIN_PAYLOAD_BYTES } from '../bench/contract/event.ts';
import { decimal, splitList, wholeNumber } from '../bench/contract/flags.ts';
import type { Lane } from '../bench/contract/lane.ts';
import type { HttpCarrier, MountedTransport } from '../bench/contract/transport.ts';
import { createAlarm } from '../bench/measure/alarm.ts';
import { nowNs } from '../bench/measure/clock.ts';
import { cursorBaseAt, Feed, MAX_SERVED_RATE } from './feed/feed.ts';
import { isWildcard } from './http/admission.ts';
import { Host } from './http/host.ts';
import { type Live, mountLive } from './live/live.ts';
import { BACKLOG_DEFAULTS } from './transports/backlog.ts';

interface ServeFlags {
  readonly port: number;
  readonly tcpPort?: number;
  readonly host: string;
  readonly tls: boolean;
  readonly rate: number;
  readonly payload: number;
  readonly seed: number;
  readonly maxBacklog: number;
  readonly allowOrigin: string[];
  readonly control: boolean;
  readonly allowHost: string[];
}

const PORTS = wholeNumber(0, 65_535);

const program = new Command('npm run serve --')
  .description('Serves one feed by every transport, for other clients.')
  .option('--port <number>', 'HTTP port; 0 for a free one', PORTS, 8080)
  .option('--tcp-port <number>', 'port of the bare TCP transport (default: the one after --port)', PORTS)
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--tls', 'https and wss instead of http and ws: HTTP/2 for clients that offer it, else HTTP/1.1', false)
  .option('--rate <number>', 'events per second', decimal(0.001, MAX_SERVED_RATE), 1)
  .option('--payload <bytes>', "size of an event's text", wholeNumber(MIN_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES), 128)
  .option('--seed <number>', 'decides prices and jitter', wholeNumber(0, 2 ** 31 - 1), 1)
  .option(
    '--max-backlog <bytes>',
    'held for a client that does not read',
    wholeNumber(1, 2 ** 30),
    BACKLOG_DEFAULTS.maxBacklogBytes,
  )
  .option('--allow-origin <origins>', 'pages that may read events, besides those served from here', origins, [])
  .option('--no-control', 'the live page can only watch')
  .option(
    '--allow-host <names>',
    "what requests may name as their host, besides the loopback's names and --host",
    hosts,
    [],
  )
  .allowExcessArguments(false)
  .action(serve);

await program.parseAsync();

async function serve(flags: ServeFlags): Promise<void> {
  const feed = new Feed(
    {
      seed: flags.seed,
      eventsPerSecond: flags.rate,
      arrivals: { process: 'spread', slotShare: 0.5 },
      payloadBytes: flags.payload,
      cursorBase: cursorBaseAt(Date.now()),
    },
    await createAlarm(),
  );
  const host = new Host(feed, {
    address: flags.host,
    httpPort: flags.port,
    tcpPort: flags.tcpPort ?? (flags.port === 0 ? 0 : flags.port + 1),
    allowedOrigins: flags.allowOrigin,
    allowedHosts: flags.allowHost,
    // As many streams as browsers count on (RFC 9113, section 6.5.2), and answers that wait for some of them.
    http2: { streams: 100, megabytes: 8 * Math.max(1, Math.ceil(flags.maxBacklog / 2 ** 20)) },
  });
  const over = flags.tls ? 'h2' : 'http';
  let mounts: readonly MountedTransport[] = [];
  let live: Live;
  try {
    // Before TCP, so that the error names --port when both ports are taken.
    const http = await host.http(over);
    mounts = await mountAll(onePerTransport(lanes), host, feed, over, flags.maxBacklog);
    live = await mountLive(http, {
      address: flags.host,
      allowedHosts: flags.allowHost,
      hasControl: flags.control,
      pace: { eventsPerSecond: flags.rate, payloadBytes: flags.payload, isSilent: false },
      seed: flags.seed,
      mountAll: (stage, ticker) => mountAll(inBrowsers(lanes), stage, ticker, 'http', flags.maxBacklog),
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    console.error(`error: ${why} (--port is for HTTP, --tcp-port for bare TCP)`);
    process.exit(1);
  }
  feed.start(nowNs());

  console.log(`${flags.rate} events/s of ${flags.payload} bytes:`);
  for (const { url } of mounts) console.log(`  ${url}`);
  if (isWildcard(flags.host)) {
    console.log(
      `--host ${flags.host} is every address of this machine: whoever reaches one of them can read and connect.`,
    );
    console.log('Requests have to name one of the addresses, localhost, or a name of --allow-host.');
  }
  for (const line of live.told) console.log(line);
  console.log('Ctrl-C ends it.');

  const stop = async () => {
    feed.stop();
    await live.close();
    await host.close(mounts);
    process.exit(0);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

async function mountAll(
  rows: readonly Lane[],
  host: Host,
  feed: EventFeed,
  over: HttpCarrier,
  maxBacklogBytes: number,
): Promise<readonly MountedTransport[]> {
  const mounts: MountedTransport[] = [];
  for (const lane of rows) {
    const transport = await lane.server();
    mounts.push(await transport.mount(host, feed, { ...transport.defaults, ...lane.options, over, maxBacklogBytes }));
  }
  return mounts;
}

/** What a page can connect to. */
function inBrowsers(all: readonly Lane[]): Lane[] {
  return onePerTransport(all).filter(({ wire }) => wire !== 'lines');
}

/** Lanes of one transport differ in options; here each transport is mounted once. */
function onePerTransport(all: readonly Lane[]): Lane[] {
  return [...new Map(all.toReversed().map((lane) => [lane.transport, lane])).values()].toReversed();
}

function origins(value: string): string[] {
  return splitList(value).map((origin) => {
    if (URL.canParse(origin) && new URL(origin).origin === origin) return origin;
    throw new InvalidArgumentError('Allowed are origins such as https://example.com, separated by commas.');
  });
}

function hosts(value: string): string[] {
  return splitList(value).map((host) => {
    if (/^[\w.:-]+$/.test(host)) return host;
    throw new InvalidArgumentError('Allowed are names such as lab.example, without a port, separated by commas.');
  });
}
