import { describe, expect, it } from 'vitest';
import { type SampleKind, sumOf, type WireExchange } from '../../../../contract/ledger.ts';
import type { CompletedCell, Result } from '../../../../contract/result.ts';
import { makeResult, SCENARIO, withLedger } from '../../../../tests/fixture.ts';
import { wireHtml } from '../../../page/sections/wire.ts';
import type { Prose } from '../../page-model.ts';
import { Anchors } from '../../words/anchors.ts';
import { reportOf } from '../../words/quotes.ts';
import { sideOf } from './exchange-bars.ts';
import { laddersOf } from './ladder.ts';
import { framesTable, handshakeCheck } from './websocket.ts';
import { wireSection } from './wire-section.ts';

const scenarios = [{ ...SCENARIO, figures: ['layers' as const] }];

const resultOf = (change: (cell: CompletedCell) => CompletedCell = withLedger): Result =>
  makeResult({ change, replace: { scenarios } });

function sectionOf(result = resultOf()) {
  const section = wireSection(reportOf(result, new Anchors()));
  if (!section) throw new Error('no section');
  return section;
}

const textOf = (prose: Prose): string =>
  prose.map((part) => (typeof part === 'string' ? part : 'strong' in part ? part.strong : part.quiet)).join('');

const exchangeOf = (
  kind: SampleKind,
  ...messages: ['up' | 'down', Buffer, ...WireExchange['messages'][number]['layers']][]
) => ({
  kind,
  events: kind === 'event' ? 1 : 0,
  messages: messages.map(([direction, bytes, ...layers]) => ({
    direction,
    afterUs: 0,
    layers,
    bytes: bytes.toString('base64'),
  })),
});

/** Gives the samples to the cells of one lane. */
function sampled(lane: string, ...samples: WireExchange[]): Result {
  return resultOf((cell) => {
    const { wire } = withLedger(cell);
    if (cell.lane !== lane || !wire.ledger) return { ...cell, wire };
    const kept = samples as NonNullable<typeof wire.ledger.samples>;
    return { ...cell, wire: { ...wire, ledger: { ...wire.ledger, samples: kept } } };
  });
}

describe('the bars', () => {
  it('have the bytes that the ledger and the kernel counted, for one message or one poll', () => {
    const result = resultOf();
    const { bars } = sectionOf(result);
    expect(bars.map(({ lane, what }) => [lane.title, what])).toEqual([
      ['Lane alpha', ''],
      ['Lane beta', ''],
      ['Lane gamma', 'with an event'],
      ['Lane gamma', 'nothing new'],
    ]);
    for (const { lane, total } of bars.slice(0, 2)) {
      const cell = result.cells.find((one) => `Lane ${one.lane}` === lane.title) as CompletedCell;
      const { up, down, events } = cell.wire.ledger?.window ?? { up: {}, down: {}, events: 0 };
      const bytes = (sumOf(up as never) + sumOf(down as never)) / events;
      expect(total).toBeCloseTo(bytes + 2 * 52, 9);
    }
    const cell = result.cells.find(({ lane }) => lane === 'gamma') as CompletedCell;
    const { cycles, emptyCycles } = cell.wire.ledger?.window ?? {};
    if (!cycles || !emptyCycles) throw new Error('no polls');
    const [polled, empty] = bars.slice(2);
    // Two polls an event share its two packets.
    expect(empty?.total).toBeCloseTo((emptyCycles.upBytes + emptyCycles.downBytes) / emptyCycles.count + 52, 9);
    expect(polled && sideOf(polled.bytes, 'up')).toBeCloseTo(
      (cycles.upBytes - emptyCycles.upBytes) / (cycles.count - emptyCycles.count) + 26,
      9,
    );
  });

  it('are told in a sentence, from the reference to the lane with most', () => {
    const { bars, finding } = sectionOf();
    const [, beta, gamma, empty] = bars;
    const extra = (bar: (typeof bars)[number] | undefined) => Math.round((bar?.total ?? 0) - 128);
    const framing = Math.round(beta?.bytes.down.framing ?? 0);
    expect(framing).toBeGreaterThan(0);
    expect(textOf(finding)).toContain(
      `Lane beta adds ${extra(beta)}\u00a0B (${framing}\u00a0B of that are framing) and Lane gamma `,
    );
    expect(textOf(finding)).toContain(`${extra(gamma)}\u00a0B`);
    expect(textOf(finding)).toContain(`nothing costs ${empty?.total}\u00a0B`);
  });

  it('are of an answer with one event where a lane has such, and told per event where it has none', () => {
    const polled = (lane: string, perPoll: number) =>
      resultOf((cell) => {
        const { wire } = withLedger(cell);
        if (cell.lane !== lane || !wire.ledger) return { ...cell, wire };
        const { window } = wire.ledger;
        const cycles = { ...window.cycles, count: window.cycles.count / 2 + window.events / perPoll };
        const emptyCycles = { ...window.emptyCycles, count: window.cycles.count / 2 };
        return { ...cell, wire: { ...wire, ledger: { ...wire.ledger, window: { ...window, cycles, emptyCycles } } } };
      });
    const { bars, finding } = sectionOf(polled('gamma', 20));
    const full = bars.find(({ what }) => what === 'with 20 events');
    expect(full?.bytes.down.event).toBeCloseTo(20 * 128, 9);
    const extra = Math.round(((full?.total ?? 0) - 20 * 128) / 20);
    expect(textOf(finding)).toContain(`${extra}\u00a0B`);
  });

  it('say that packets were not counted, and are without them', () => {
    const { setting, bars } = sectionOf(
      resultOf((cell) => {
        const { packets: _, ...wire } = withLedger(cell).wire;
        return { ...cell, wire };
      }),
    );
    expect(setting).toContain('packets were not counted');
    expect(bars.every(({ bytes }) => bytes.up.packets + bytes.down.packets === 0)).toBe(true);
  });

  it('are left out with all of the section where nobody read along', () => {
    expect(
      wireSection(
        reportOf(
          resultOf((cell) => cell),
          new Anchors(),
        ),
      ),
    ).toBeUndefined();
  });
});

describe('the drawing of messages over time', () => {
  const [push, parked, timed] = laddersOf([
    { ...lane('a') },
    { ...lane('b'), polls: 'parked' },
    { ...lane('c'), polls: 'timed' },
  ]);

  function lane(id: string): Result['lanes'][number] {
    return { id, title: id, summary: '', transport: id, options: {} };
  }

  it('delivers each event after half a round trip where it is pushed', () => {
    expect(push?.arrivals.flatMap(({ latenciesMs }) => latenciesMs)).toEqual([50, 50, 50]);
  });

  it('lets an event wait for the next request where it meets none: at most three halves in all', () => {
    expect(parked?.arrivals.flatMap(({ latenciesMs }) => latenciesMs)).toEqual([50, 90, 50]);
  });

  it('lets events wait for the next poll, which brings them together', () => {
    expect(timed?.arrivals).toEqual([{ atMs: 600, latenciesMs: [480, 420, 170] }]);
    expect(timed?.messages.map(({ hasEvents }) => hasEvents)).toEqual([false, false, false, true]);
  });

  it('has no part for what no lane does', () => {
    expect(laddersOf([lane('a')])).toHaveLength(1);
  });
});

describe('a WebSocket', () => {
  it('has the accept that RFC 6455, section 1.3, computes', () => {
    const head = (text: string) => Buffer.from(text);
    const opening = exchangeOf(
      'opening',
      ['up', head('GET / HTTP/1.1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n')],
      ['down', head('HTTP/1.1 101 x\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n')],
    );
    const check = handshakeCheck(opening);
    expect(check?.computed).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    expect(check?.sent).toBe(check?.computed);
    expect(handshakeCheck(exchangeOf('opening', ['up', head('GET / HTTP/1.1\r\n\r\n')]))).toBeUndefined();
  });

  it('has frames read as RFC 6455, section 5.7, does', () => {
    const fields = (direction: 'up' | 'down', ...bytes: number[]) =>
      framesTable([{ title: 'x', exchange: exchangeOf('event', [direction, Buffer.from(bytes)]) }], 'id')?.rows.map(
        ({ header, cells: [bits, meaning] }) => [header, bits?.text, meaning?.text],
      );
    expect(fields('up', 0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58)).toEqual([
      ['FIN', '1', 'the last frame of its message'],
      ['RSV1–3', '000', 'no extension'],
      ['Opcode', '0001', 'text'],
      ['MASK', '1', 'the payload is masked'],
      ['Length', '0000101', '5\u00a0B of payload'],
      ['Masking key', '37 fa 21 3d', 'random; XORed with every four bytes of the payload'],
    ]);
    expect(fields('down', 0x82, 0x7e, 0x01, 0x00)?.slice(4)).toEqual([
      ['Length', '1111110', '126: the next 2 bytes tell it'],
      ['Extended length', '01 00', '256\u00a0B of payload'],
    ]);
    expect(fields('down', 0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0)?.at(-1)?.[2]).toBe('65,536\u00a0B of payload');
    // 1000 is 0x03e8, under the mask 01 02 03 04.
    expect(fields('up', 0x88, 0x82, 1, 2, 3, 4, 0x02, 0xea)?.at(-1)).toEqual([
      'Payload',
      '02 ea',
      'close code 1000: normal',
    ]);
    expect(fields('down', 0x81)).toBeUndefined();
  });
});

describe('the bytes of a run', () => {
  it('stand in their layers, with line ends shown, and what is no text in hexadecimal', () => {
    const result = sampled(
      'beta',
      exchangeOf('event', ['down', Buffer.from([0x81, 0x03, ...Buffer.from('<é')]), ['framing', 2], ['payload', 3]]),
      exchangeOf('keepAlive', [
        'down',
        Buffer.from('3\r\n:\n\n\r\n'),
        ['chunking', 3],
        ['control', 3],
        ['chunking', 2],
      ]),
    );
    const section = sectionOf(result);
    expect(section.missing).toBeUndefined();
    const [lane] = section.samples;
    expect(lane?.lane.title).toBe('Lane beta');
    expect(lane?.folded).toBe('event 5\u00a0B, keep-alive 8\u00a0B');
    expect(lane?.exchanges.flatMap(({ messages }) => messages.map(({ runs }) => runs.map(({ text }) => text)))).toEqual(
      [
        ['81 03', '<é'],
        ['3\\r\\n\n', ':\\n\n\\n\n', '\\r\\n\n'],
      ],
    );
    expect(wireHtml(section).text).toContain('&lt;é');
    expect(wireHtml(section).text).not.toContain('<é');
  });

  it('say how much of a long message is left out', () => {
    const long = exchangeOf('event', ['down', Buffer.from('x'.repeat(2_048)), ['payload', 65_536], ['framing', 1]]);
    const runs = sectionOf(sampled('beta', long)).samples[0]?.exchanges[0]?.messages[0]?.runs;
    expect(runs?.[0]?.text).toBe(`${'x'.repeat(400)} … 65,136\u00a0B more`);
    expect(runs?.[1]?.text).toBe(' … 1\u00a0B more');
  });

  it('are told to be missing, with the command that takes them', () => {
    const { missing, samples } = sectionOf();
    expect(samples).toEqual([]);
    expect(missing?.command).toBe('npm run bench -- --scenarios anatomy --rounds 1');
  });
});
