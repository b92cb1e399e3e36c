/**
 * The ledger against an independent witness: tcpdump captures a cell of every lane, tshark dissects it, and neither knows
 * anything of this project. Sockets, ledger and capture must agree to the byte.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lanes } from '../catalogue/lanes.ts';
import type { Lane } from '../contract/lane.ts';
import { sumOf } from '../contract/ledger.ts';
import type { CompletedCell, Ledger } from '../contract/result.ts';
import type { Deadlines } from '../run/laboratory.ts';
import { runCell } from '../run/run-cell.ts';
import { cutCapture, startCapture, whyNoCapture } from './capture.ts';
import {
  capturedBytes,
  dissect,
  headBytes,
  http2Frames,
  type Packet,
  packetsOf,
  tlsBytes,
  websocketBytes,
} from './dissection.ts';
import { memoryLaboratory, memoryPlan } from './laboratory.ts';

const CLIENTS = 2;
const EVENTS_PER_SECOND = 50;
/** Of each phase, in ms: several cells share one process. */
const DEADLINES_MS: Deadlines = {
  hello: 10_000,
  listen: 10_000,
  connect: 10_000,
  drain: 10_000,
  measure: 10_000,
  close: 10_000,
};
/** Sizes on both sides of the WebSocket's length forms, and of what one segment carries. */
const PAYLOADS = [64, 128, 65_536];
/** Of a transport's other lanes: they write lengths in the same way. */
const PAYLOADS_OF_VARIANTS = [128];
/** A cell waits more than it works. */
const CELLS_AT_ONCE = 4;

const distinct = lanes.filter(({ duplicateOf }) => duplicateOf === undefined);
const places = distinct.flatMap((lane) => {
  const isFirst = distinct.find(({ transport }) => transport === lane.transport) === lane;
  const isEncrypted = lane.options['over'] !== undefined;
  const payloads = isFirst ? PAYLOADS : PAYLOADS_OF_VARIANTS;
  return payloads.map((payloadBytes) => ({ lane, isEncrypted, payloadBytes, name: lane.id }));
});
type Place = (typeof places)[number];

const skipped = await whyNoCapture();
if (skipped !== undefined && process.env['CI']) throw new Error(`in CI this must run: ${skipped}`);
if (skipped !== undefined) console.warn(`SKIPPED: nothing witnesses the ledger: ${skipped}`);

describe.skipIf(skipped !== undefined)('beside tcpdump and tshark', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pushlab-witness-'));
  const cells = new Map<Place, Witnessed>();
  let packets: readonly Packet[] = [];

  beforeAll(async () => {
    const everything = join(folder, 'loopback.pcap');
    const capture = await startCapture(everything);
    const keys: string[] = [];
    const ports = new HeldPorts();
    const left = places.values();
    const measureNext = async () => {
      for (const place of left) {
        const witnessed = await measure(place, keys);
        cells.set(place, witnessed);
        await ports.hold(witnessed.port);
      }
    };
    let said = '';
    try {
      await Promise.all(Array.from({ length: CELLS_AT_ONCE }, measureNext));
    } finally {
      ports.release();
      said = await capture.stop();
    }
    expect(said).toMatch(/\b0 packets dropped by kernel/);

    const servers = [...cells].map(([{ isEncrypted }, { port }]) => ({ port, isEncrypted }));
    const file = join(folder, 'cells.pcap');
    await cutCapture(
      everything,
      file,
      [...cells.values()].map(({ port }) => port),
    );
    const keyLogFile = join(folder, 'keys.log');
    writeFileSync(keyLogFile, keys.map((line) => `${line}\n`).join(''));
    packets = await dissect(file, servers, keyLogFile);
  }, 180_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe.each(places)('$name with $payloadBytes B', (place) => {
    const { lane, isEncrypted, payloadBytes } = place;
    const witness = () => {
      const cell = cells.get(place);
      if (!cell) throw new Error('not measured');
      return { ...cell, seen: packetsOf(packets, cell.port, cell.cell.wire.cell.server.connections) };
    };

    it('sockets, ledger and capture agree to the byte, in both directions', () => {
      const { cell, ledger, seen } = witness();
      expect(ledger.residualBytes).toBe(0);
      expect(ledger.problems).toEqual([]);
      const [up, down] = [capturedBytes(seen.up), capturedBytes(seen.down)];
      expect([down, up]).toEqual([sumOf(ledger.cell.down), sumOf(ledger.cell.up)]);
      expect([down, up]).toEqual([cell.wire.cell.server.sentBytes, cell.wire.cell.server.receivedBytes]);
      expect([down, up]).toEqual([cell.wire.cell.clients.receivedBytes, cell.wire.cell.clients.sentBytes]);
    });

    it('payload is the events, and nothing else', () => {
      const { cell, ledger } = witness();
      const events = CLIENTS * (cell.window.warmupEvents + cell.window.events);
      const { payload } = ledger.cell.down;
      expect(ledger.cell.events).toBe(events);
      expect(ledger.cell.up.payload).toBe(0);
      expect(payload).toBeGreaterThan(0);
      expect(payload).toBeLessThanOrEqual(events * payloadBytes);
      if (isText(lane)) expect(payload).toBe(events * payloadBytes);
    });

    it.runIf(isEncrypted)('what TLS protects is what the dissector opens', () => {
      const { ledger, seen } = witness();
      for (const way of ['up', 'down'] as const) {
        const layers = ledger.cell[way];
        const all = sumOf(layers);
        const handshake = ledger.cell.tlsHandshake?.[way];
        expect(tlsBytes(seen[way])).toEqual({ records: all, handshake, applicationData: all - layers.tls });
      }
    });

    it.runIf(lane.wire === 'http')("heads are as long as the dissector's", () => {
      const { ledger, seen } = witness();
      const { up, down } = ledger.cell;
      const requests = headBytes(seen.up, 'request');
      expect(requests).toBeGreaterThan(0);
      expect(requests).toBe(up.requestHead + up.handshake);
      expect(headBytes(seen.down, 'response')).toBe(down.responseHead + down.handshake);
    });

    it.runIf(lane.wire === 'http')("WebSocket frames are the dissector's: payload, framing and control", ({ skip }) => {
      const { cell, ledger, seen } = witness();
      skip(!/^wss?:/.test(cell.url), 'no WebSocket on this wire');
      for (const way of ['up', 'down'] as const) {
        const { payload, framing, control } = ledger.cell[way];
        expect(websocketBytes(seen[way])).toEqual({ payload, framing, control });
      }
    });

    it.runIf(lane.wire === 'http2')("HTTP/2 frames are the dissector's, type by type", () => {
      const { ledger, seen } = witness();
      expect(ledger.cell.frames?.up.HEADERS?.count).toBeGreaterThan(0);
      expect({ up: http2Frames(seen.up), down: http2Frames(seen.down) }).toEqual(ledger.cell.frames);
    });
  });
});

interface Witnessed {
  readonly cell: CompletedCell;
  readonly ledger: Ledger;
  readonly port: number;
}

/** @param keys gets the secrets of TLS that the relay is told */
async function measure({ lane, payloadBytes }: Place, keys: string[]): Promise<Witnessed> {
  const often = 'intervalMs' in lane.options ? { ...lane, options: { ...lane.options, intervalMs: 50 } } : lane;
  const plan = memoryPlan(often, {
    point: { clients: CLIENTS, eventsPerSecond: EVENTS_PER_SECOND, payloadBytes, headers: 'browser' },
    ledgerClients: CLIENTS,
  });
  const { laboratory, asks } = memoryLaboratory(often);
  const cell = await runCell(plan, { ...laboratory, deadlinesMs: DEADLINES_MS }, new AbortController().signal);
  if (cell.state === 'failed') throw new Error(`${lane.id}: ${cell.error.message}`);
  for (const { child, call, ask } of asks) {
    if (child === 'relay' && call === 'keys' && 'lines' in ask) keys.push(...(ask.lines as string[]));
  }
  const { ledger } = cell.wire;
  if (!ledger) throw new Error(`${lane.id}: nobody read along`);
  return { cell, ledger, port: Number(new URL(cell.url).port) };
}

/** Whether events go as the text that they are. */
function isText({ options }: Lane): boolean {
  return (options['compression'] ?? 'none') === 'none' && options['encoding'] !== 'binary';
}

/** Ports that no other cell is given: in the capture they tell cells apart. */
class HeldPorts {
  readonly #holders: ReturnType<typeof createServer>[] = [];

  async hold(port: number): Promise<void> {
    const holder = createServer();
    this.#holders.push(holder);
    await new Promise<void>((resolve, reject) => {
      holder.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
  }

  release(): void {
    for (const holder of this.#holders) holder.close();
  }
}
