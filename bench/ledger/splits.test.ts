/** Streams written part by part, cut and interleaved in any way: the reader must find every part's layer. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { http2Connections, PREFACE, sayHttp2, writeFrame, writeSettings } from './http2/test-http2.ts';
import { sayWebSocket, webSockets } from './test-frames.ts';
import { exchanges, sayExchange } from './test-http.ts';
import {
  bytesOf,
  expectRead,
  lineLists,
  part,
  readAll,
  Script,
  type Tape,
  tapes,
  writeEventLines,
} from './test-wire.ts';
import { type TlsSpec, tlsSpecs, wrapInTls } from './tls/test-tls.ts';

describe('every byte of any split is in the layer of its writer', () => {
  test('in HTTP/1.1 exchanges, kept alive and pipelined', () => {
    fc.assert(
      fc.property(fc.array(exchanges, { minLength: 1, maxLength: 5 }), tapes, (specs, tape) => {
        const script = new Script('http');
        for (const [index, spec] of specs.entries()) sayExchange(script, spec, index === specs.length - 1);
        expectRead(script, tape);
      }),
      { numRuns: 400 },
    );
  });

  test('in WebSocket connections, whatever was asked before the upgrade', () => {
    fc.assert(
      fc.property(fc.array(exchanges, { maxLength: 2 }), webSockets, tapes, (before, spec, tape) => {
        const script = new Script('http');
        for (const exchange of before) sayExchange(script, exchange, false);
        sayWebSocket(script, spec);
        expectRead(script, tape);
      }),
      { numRuns: 150 },
    );
  });

  test('in HTTP/2 connections, whatever their streams carry and however they are interleaved', () => {
    fc.assert(
      fc.property(http2Connections, tapes, (spec, tape) => {
        const script = new Script('http2');
        sayHttp2(script, spec);
        expectRead(script, tape);
      }),
      { numRuns: 200 },
    );
  });

  test('in the lines of the TCP control', () => {
    const first = fc.constantFrom('', 'since=7&ack=1', '\r', 'ack=1\r');
    fc.assert(
      fc.property(first, fc.boolean(), lineLists, lineLists, tapes, (line, isAcknowledged, up, down, tape) => {
        const script = new Script('lines');
        const said = writeEventLines(up);
        // Where it is not asked for an acknowledgement, an empty line at the beginning can't be told from one.
        const isFirst = !isAcknowledged && (bytesOf(writeEventLines(down).parts)[0] ?? 0) === 0x0a;
        const answered = writeEventLines(isFirst ? { ...down, lines: down.lines.slice(1) } : down);
        script.say('up', [part('handshake', `${line}\n`), ...said.parts]);
        const opening = isAcknowledged || isFirst ? [part('handshake', '\n')] : [];
        script.say('down', [...opening, ...answered.parts], line.length + 1);
        script.expected.messagesUp = said.events;
        script.expected.events = answered.events;
        expectRead(script, tape);
      }),
      { numRuns: 200 },
    );
  });
});

describe('within TLS 1.3, whenever its secrets are told, so is every byte', () => {
  const expectReadInTls = (plain: Script, spec: TlsSpec, tape: Tape) => {
    const { script, secrets } = wrapInTls(plain, spec);
    expectRead(script, tape, secrets);
  };

  test('of HTTP/1.1 and WebSocket', () => {
    fc.assert(
      fc.property(fc.array(exchanges, { maxLength: 2 }), webSockets, tlsSpecs, tapes, (before, spec, tls, tape) => {
        const script = new Script('http');
        for (const exchange of before) sayExchange(script, exchange, false);
        sayWebSocket(script, spec);
        expectReadInTls(script, tls, tape);
      }),
      { numRuns: 100 },
    );
  });

  test('of HTTP/2', () => {
    fc.assert(
      fc.property(http2Connections, tlsSpecs, tapes, (spec, tls, tape) => {
        const script = new Script('http2');
        sayHttp2(script, spec);
        expectReadInTls(script, tls, tape);
      }),
      { numRuns: 100 },
    );
  });
});

/** In time that grows with the square of its size, each of these would outlast the timeout. */
describe('megabytes at once or byte by byte are read in no time', () => {
  const GET = 'GET / HTTP/1.1\r\n\r\n';
  const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';
  const MEGABYTE = 2 ** 20;

  test('of an event stream', () => {
    const body = ':\n'.repeat(2 * MEGABYTE);
    expect(readAll('http', [GET], [STREAM, body]).down.control).toBe(body.length);
  });

  test('of HTTP/2 frames that hold a byte each', () => {
    const request = writeFrame(1, 5, 1, Buffer.from([0x82]));
    const answer = writeFrame(
      1,
      4,
      1,
      Buffer.concat([Buffer.from([0x88, 0x0f, 16, 17]), Buffer.from('text/event-stream')]),
    );
    const frames = Buffer.concat(Array(MEGABYTE / 4).fill(writeFrame(0, 0, 1, ':')));
    const count = readAll('http2', [PREFACE, writeSettings([]), request], [writeSettings([]), '', answer, frames]);
    expect(count).toMatchObject({ problems: [], down: { control: MEGABYTE / 4, chunking: (9 * MEGABYTE) / 4 } });
  });

  test('of one line', () => {
    const bytes = Buffer.alloc(MEGABYTE, 'x');
    const text = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
    expect(readAll('http', [GET], [STREAM, 'data:', ...text, '\n\n'])).toMatchObject({ down: { payload: MEGABYTE } });
    expect(readAll('lines', ['\n'], ['\n', ...text, '\n'])).toMatchObject({ down: { payload: MEGABYTE } });
  });

  test('of a head that is mostly white space', () => {
    const head = `GET / HTTP/1.1\r\na:${' '.repeat(60_000)}b${' '.repeat(5_000)}\r\n\r\n`;
    expect(readAll('http', [...head], [])).toMatchObject({ problems: [], up: { requestHead: head.length } });
  });
});
