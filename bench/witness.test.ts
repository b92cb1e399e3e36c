/**
 * The ledger against an independent witness: tcpdump captures a cell of every lane, tshark dissects it, and neither knows
 * anything of this project. Sockets, ledger and capture must agree to the byte.
 */

import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spawnChild } from './child.ts';
import { sumOf } from './contract/ledger.ts';
import type { CompletedCell } from './contract/result.ts';
import { lanes } from './lanes.ts';
import { runCell } from './run-cell.ts';
import { QUIET } from './test-fixture.ts';

const run = promisify(execFile);
const EVENTS = { eventsPerSecond: 50, warmupSeconds: 0.2, windowSeconds: 0.3 };
/** Sizes on both sides of the WebSocket's length forms, and of what one segment carries. */
const PAYLOADS = [64, 128, 65_536];

const WEBSOCKET_FIELDS = [
  'tcp.srcport',
  'websocket.opcode',
  'websocket.payload_length',
  'websocket.payload_length_ext_16',
  'websocket.payload_length_ext_64',
  'websocket.mask',
];

const folder = mkdtempSync(join(tmpdir(), 'pushlab-witness-'));
const cells = new Map<string, CompletedCell>();
const capture = join(folder, 'loopback.pcap');
let skipped: string | undefined;

const keyOf = (lane: string, payloadBytes: number) => `${lane} ${payloadBytes}`;
const places = lanes.flatMap((lane) => PAYLOADS.map((payloadBytes) => ({ lane, payloadBytes, name: lane.id })));

beforeAll(async () => {
  skipped = await whyNoCapture();
  if (skipped !== undefined && process.env['CI']) throw new Error(`in CI this must run: ${skipped}`);
  if (skipped !== undefined) return console.warn(`SKIPPED: nothing witnesses the ledger: ${skipped}`);

  const tcpdump = spawn('tcpdump', ['-i', 'lo', '-U', '-B', '65536', '-w', capture, 'tcp'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = { text: '' };
  const listens = new Promise<void>((resolve) => {
    tcpdump.stderr.on('data', (chunk) => {
      said.text += chunk;
      if (said.text.includes('listening on')) resolve();
    });
  });
  const exited = new Promise((resolve) => tcpdump.once('exit', resolve));
  await Promise.race([listens, exited]);
  for (const { lane, payloadBytes } of places) {
    const cell = await measure(lane, payloadBytes);
    cells.set(keyOf(lane.id, payloadBytes), cell);
  }
  // What the kernel has buffered for it must reach the file.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  tcpdump.kill('SIGINT');
  await exited;
  expect(said.text).toMatch(/\b0 packets dropped by kernel/);
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(places)('$name with $payloadBytes B', ({ lane, payloadBytes }) => {
  const cellOf = () => {
    const cell = cells.get(keyOf(lane.id, payloadBytes));
    if (!cell?.wire.ledger) throw new Error('not measured');
    return { cell, ledger: cell.wire.ledger, port: new URL(cell.url).port };
  };

  it('sockets, ledger and capture agree to the byte, in both directions', async ({ skip }) => {
    skip(skipped !== undefined, skipped);
    const { cell, ledger, port } = cellOf();
    const captured = await dissect(port, 'tcp.len > 0 && !tcp.analysis.retransmission', ['tcp.srcport', 'tcp.len']);
    const sum = (fromServer: boolean) =>
      captured
        .filter(([source]) => (source === port) === fromServer)
        .reduce((total, [, length]) => total + Number(length), 0);
    expect(ledger.residualBytes).toBe(0);
    expect(ledger.problems).toEqual([]);
    const down = sum(true);
    const up = sum(false);
    expect([down, up]).toEqual([sumOf(ledger.cell.down), sumOf(ledger.cell.up)]);
    expect([down, up]).toEqual([cell.wire.cell.server.sentBytes, cell.wire.cell.server.receivedBytes]);
    expect([down, up]).toEqual([cell.wire.cell.clients.receivedBytes, cell.wire.cell.clients.sentBytes]);
  });

  it("heads are as long as the dissector's", async ({ skip }) => {
    skip(skipped !== undefined || lane.wire !== 'http', skipped ?? 'no HTTP on this wire');
    const { ledger, port } = cellOf();
    const requests = await dissect(port, 'http.request', [
      'http.request.method',
      'http.request.uri',
      'http.request.version',
      'http.request.line',
    ]);
    const responses = await dissect(port, 'http.response', [
      'http.response.version',
      'http.response.code',
      'http.response.phrase',
      'http.response.line',
    ]);
    expect(requests.length).toBeGreaterThan(0);
    const { up, down } = ledger.cell;
    expect(requests.reduce((sum, head) => sum + headBytes(head), 0)).toBe(up.requestHead + up.handshake);
    expect(responses.reduce((sum, head) => sum + headBytes(head), 0)).toBe(down.responseHead + down.handshake);
  });

  it("WebSocket frames are the dissector's: payload, framing and control", async ({ skip }) => {
    skip(skipped !== undefined, skipped);
    const { ledger, port } = cellOf();
    const frames = await dissect(port, 'websocket', WEBSOCKET_FIELDS);
    skip(frames.length === 0, 'no WebSocket frames on this wire');
    const down = { payload: 0, framing: 0, control: 0 };
    const up = { payload: 0, framing: 0, control: 0 };
    for (const [source, opcodes = '', lengths = '', lengths16 = '', lengths64 = '', masks = ''] of frames) {
      // 126 and 127 stand for a longer form, whose values have a list of their own.
      const longer = new Map([
        ['126', lengths16.split(';')],
        ['127', lengths64.split(';')],
      ]);
      for (const [index, opcode] of opcodes.split(';').entries()) {
        const short = lengths.split(';')[index] ?? '';
        const payload = Number(longer.get(short)?.shift() ?? short);
        const isMasked = /^(1|true)$/i.test(masks.split(';')[index] ?? '');
        const framing = 2 + (payload > 65_535 ? 8 : payload > 125 ? 2 : 0) + (isMasked ? 4 : 0);
        const sums = source === port ? down : up;
        if (Number(opcode) >= 8) sums.control += payload + framing;
        else Object.assign(sums, { payload: sums.payload + payload, framing: sums.framing + framing });
      }
    }
    for (const [sums, counted] of [
      [down, ledger.cell.down],
      [up, ledger.cell.up],
    ] as const) {
      expect(sums).toEqual({ payload: counted.payload, framing: counted.framing, control: counted.control });
    }
  });

  it('payload is events × size, and nothing else', ({ skip }) => {
    skip(skipped !== undefined, skipped);
    const { cell, ledger } = cellOf();
    const events = cell.window.warmupEvents + cell.window.events;
    expect(ledger.cell.events).toBe(events);
    expect(ledger.cell.down.payload).toBe(events * payloadBytes);
  });
});

async function measure(lane: (typeof lanes)[number], payloadBytes: number): Promise<CompletedCell> {
  const { eventsPerSecond, ...seconds } = EVENTS;
  const plan = {
    lane: 'intervalMs' in lane.options ? { ...lane, options: { ...lane.options, intervalMs: 50 } } : lane,
    scenario: 'witness',
    point: { clients: 1, eventsPerSecond, payloadBytes, headers: 'browser' as const },
    round: 1,
    order: 1,
    seed: 1,
    ledgerClients: 1,
    procedure: 'deliver' as const,
    jitter: 0.5,
    ...seconds,
  };
  const laboratory = {
    workers: 1,
    pinning: { server: undefined, workers: [undefined], relay: undefined },
    openServer: () => spawnChild({ node: process.execPath, entry: 'servers/main', core: undefined }),
    openWorker: () => spawnChild({ node: process.execPath, entry: 'clients/main', core: undefined }),
    openRelay: () => spawnChild({ node: process.execPath, entry: 'bench/relay/main', core: undefined }),
    openLink: () => spawnChild({ node: process.execPath, entry: 'bench/link/main', core: undefined }),
    watchNoise: () => () => QUIET,
    nodeVersion: process.version,
    coolDown: async () => ({ open: 0 }),
    readSegments: async () => undefined,
  };
  const cell = await runCell(plan, laboratory, new AbortController().signal);
  if (cell.state === 'failed') throw new Error(`${lane.id}: ${cell.error.message}`);
  return cell;
}

/**
 * One row per packet that the filter lets through; a field that occurs more than once holds its values with `;`. The first
 * connection of a port is the rehearsal's, which a cell does not count.
 */
async function dissect(port: string, filter: string, fields: readonly string[]): Promise<string[][]> {
  const [[rehearsal] = []] = await tshark(port, 'tcp.flags.syn == 1', ['tcp.stream']);
  return await tshark(port, `tcp.stream != ${rehearsal} && (${filter})`, fields);
}

async function tshark(port: string, filter: string, fields: readonly string[]): Promise<string[][]> {
  const { stdout } = await run(
    'tshark',
    [
      ...['-r', capture, '-d', `tcp.port==${port},http`, '-Y', `tcp.port == ${port} && (${filter})`],
      // Bodies stay where they are: an event stream has no end to wait for.
      ...['-o', 'http.desegment_body:FALSE', '-o', 'http.dechunk_body:FALSE'],
      ...['-T', 'fields', '-E', 'separator=\t', '-E', 'aggregator=;', ...fields.flatMap((field) => ['-e', field])],
    ],
    { maxBuffer: 256 * 1024 * 1024 },
  );
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((row) => row.split('\t'));
}

/** First line, header lines as they were, empty line. */
function headBytes([first = '', second = '', third = '', lines = '']: readonly string[]): number {
  const firstLine = `${first} ${second} ${third}\r\n`;
  // tshark shows the line end of each header line as \r\n, in four characters, and puts the aggregator between lines.
  const headers = lines.split('\\r\\n').filter((line) => line !== '');
  const headerBytes = headers.reduce((sum, line, index) => sum + line.length - (index > 0 ? 1 : 0) + 2, 0);
  return firstLine.length + headerBytes + 2;
}

async function whyNoCapture(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `capturing the loopback is set up for Linux, this is ${process.platform}`;
  for (const program of ['tcpdump', 'tshark']) {
    try {
      await run(program, ['--version']);
    } catch {
      return `${program} is not installed`;
    }
  }
  try {
    await run('tcpdump', ['-i', 'lo', '-c', '1', '-w', '/dev/null', 'tcp port 1'], {
      timeout: 500,
      killSignal: 'SIGINT',
    });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    if (!stderr.includes('listening on')) return `tcpdump may not capture: ${stderr.trim()}`;
  }
  return undefined;
}
