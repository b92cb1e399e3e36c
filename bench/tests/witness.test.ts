/**
 * The ledger against an independent capture: tcpdump captures a cell of every lane, tshark dissects it, and neither knows
 * anything of this project. Sockets, ledger and capture must agree to the byte.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lane } from '../contract/lane.ts';
import { sumOf } from '../contract/ledger.ts';
import { compiled } from '../contract/paths.ts';
import { cutCapture, runInNetwork, whyNoCapture } from './capture.ts';
import { type Captured, type CapturedCell, CLIENTS, FILES, type Place, places } from './captured-cells.ts';
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

const skipped = await whyNoCapture();
if (skipped !== undefined && process.env['CI']) throw new Error(`in CI this must run: ${skipped}`);
if (skipped !== undefined) console.warn(`SKIPPED: nothing witnesses the ledger: ${skipped}`);

describe.skipIf(skipped !== undefined)('beside tcpdump and tshark', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pushlab-capture-'));
  const cells = new Map<Place, CapturedCell>();
  let packets: readonly Packet[] = [];

  beforeAll(async () => {
    await runInNetwork([process.execPath, '--enable-source-maps', compiled('bench/tests/capture-cells'), folder]);
    const captured: Captured = JSON.parse(readFileSync(join(folder, FILES.cells), 'utf8'));
    expect(captured.said).toMatch(/\b0 packets dropped by kernel/);
    for (const [index, place] of places.entries()) cells.set(place, captured.cells[index] as CapturedCell);

    const servers = [...cells].map(([{ isEncrypted }, { port }]) => ({ port, isEncrypted }));
    const file = join(folder, 'cells.pcap');
    const ports = servers.map(({ port }) => port);
    await cutCapture(join(folder, FILES.capture), file, ports);
    packets = await dissect(file, servers, join(folder, FILES.keys));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe.each(places)('$name with $payloadBytes B', (place) => {
    const { lane, isEncrypted, payloadBytes } = place;
    const captured = () => {
      const cell = cells.get(place);
      if (!cell) throw new Error('not measured');
      return { ...cell, seen: packetsOf(packets, cell.port, cell.cell.wire.cell.server.connections) };
    };

    it('sockets, ledger and capture agree to the byte, in both directions', () => {
      const { cell, ledger, seen } = captured();
      expect(ledger.residualBytes).toBe(0);
      expect(ledger.problems).toEqual([]);
      const [up, down] = [capturedBytes(seen.up), capturedBytes(seen.down)];
      expect([down, up]).toEqual([sumOf(ledger.cell.down), sumOf(ledger.cell.up)]);
      expect([down, up]).toEqual([cell.wire.cell.server.sentBytes, cell.wire.cell.server.receivedBytes]);
      expect([down, up]).toEqual([cell.wire.cell.clients.receivedBytes, cell.wire.cell.clients.sentBytes]);
    });

    it('payload is the events, and nothing else', () => {
      const { cell, ledger } = captured();
      const events = CLIENTS * (cell.window.warmupEvents + cell.window.events);
      const { payload } = ledger.cell.down;
      expect(ledger.cell.events).toBe(events);
      expect(ledger.cell.up.payload).toBe(0);
      expect(payload).toBeGreaterThan(0);
      expect(payload).toBeLessThanOrEqual(events * payloadBytes);
      if (isText(lane)) expect(payload).toBe(events * payloadBytes);
    });

    it.runIf(isEncrypted)('what TLS protects is what the dissector opens', () => {
      const { ledger, seen } = captured();
      for (const way of ['up', 'down'] as const) {
        const layers = ledger.cell[way];
        const all = sumOf(layers);
        const handshake = ledger.cell.tlsHandshake?.[way];
        expect(tlsBytes(seen[way])).toEqual({ records: all, handshake, applicationData: all - layers.tls });
      }
    });

    it.runIf(lane.wire === 'http')("heads are as long as the dissector's", () => {
      const { ledger, seen } = captured();
      const { up, down } = ledger.cell;
      const requests = headBytes(seen.up, 'request');
      expect(requests).toBeGreaterThan(0);
      expect(requests).toBe(up.requestHead + up.handshake);
      expect(headBytes(seen.down, 'response')).toBe(down.responseHead + down.handshake);
    });

    it.runIf(lane.wire === 'http')("WebSocket frames are the dissector's: payload, framing and control", ({ skip }) => {
      const { cell, ledger, seen } = captured();
      skip(!/^wss?:/.test(cell.url), 'no WebSocket on this wire');
      for (const way of ['up', 'down'] as const) {
        const { payload, framing, control } = ledger.cell[way];
        expect(websocketBytes(seen[way])).toEqual({ payload, framing, control });
      }
    });

    it.runIf(lane.wire === 'http2')("HTTP/2 frames are the dissector's, type by type", () => {
      const { ledger, seen } = captured();
      expect(ledger.cell.frames?.up.HEADERS?.count).toBeGreaterThan(0);
      expect({ up: http2Frames(seen.up), down: http2Frames(seen.down) }).toEqual(ledger.cell.frames);
    });
  });
});

/** Whether events go as the text that they are. */
function isText({ options }: Lane): boolean {
  return (options['compression'] ?? 'none') === 'none' && options['encoding'] !== 'binary';
}
