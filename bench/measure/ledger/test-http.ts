/** HTTP/1.1 exchanges for tests, written part by part. */

import fc from 'fast-check';
import { writeGzip } from './test-gzip.ts';
import {
  bytesOf,
  type LinesSpec,
  lineLists,
  type Part,
  part,
  type Script,
  type StreamSpec,
  streams,
  type Written,
  writeEventLines,
  writeStream,
} from './test-wire.ts';

interface ChunkSpec {
  readonly cuts: readonly number[];
  readonly extension: string;
  readonly isUpperCase: boolean;
  readonly zeros: number;
  readonly trailers: readonly string[];
}

interface HeaderStyle {
  readonly letterCase: 'lower' | 'upper' | 'as written';
  readonly before: string;
  readonly after: string;
  readonly extra: readonly string[];
}

export interface ExchangeSpec {
  readonly method: string;
  readonly requestBody: { readonly bytes: Uint8Array; readonly chunks: ChunkSpec | undefined } | undefined;
  readonly emptyLines: number;
  readonly interim: readonly number[];
  readonly answer:
    | { readonly kind: 'stream'; readonly stream: StreamSpec }
    | { readonly kind: 'lines'; readonly lines: LinesSpec }
    | { readonly kind: 'none'; readonly status: number }
    | { readonly kind: 'other'; readonly status: number; readonly type: string | undefined; readonly body: string };
  /** Of an answer that may hold events: where its gzip is flushed. */
  readonly gzip: readonly number[] | undefined;
  readonly chunks: ChunkSpec | undefined;
  /** Of a last response without chunks: whether it has no length, either. */
  readonly lastsUntilClose: boolean;
  readonly style: HeaderStyle;
  /** Whether the server answers before the next request, or the requests are pipelined. */
  readonly isAwaited: boolean;
}

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const fields = fc.constantFrom(
  'X-A: 1',
  'x-empty:',
  'Cookie:  a=b; c="d" ',
  'X-Latin: \u00e9\u00ff',
  'Via:\t1.1 relay',
);
const chunkSpecs: fc.Arbitrary<ChunkSpec> = fc.record({
  cuts: fc.array(fc.nat({ max: 300 }), { maxLength: 6 }),
  extension: fc.constantFrom('', ';a', ' ; name="quoted; \\" value"', ';\u00e9=1\t'),
  isUpperCase: fc.boolean(),
  zeros: fc.constantFrom(0, 0, 20),
  trailers: fc.array(fields, { maxLength: 2 }),
});
const styles: fc.Arbitrary<HeaderStyle> = fc.record({
  letterCase: fc.constantFrom('lower', 'upper', 'as written'),
  before: fc.constantFrom('', ' ', '\t  '),
  after: fc.constantFrom('', ' ', ' \t'),
  extra: fc.array(fields, { maxLength: 3 }),
});

export const exchanges: fc.Arbitrary<ExchangeSpec> = fc.record({
  method: fc.constantFrom('GET', 'GET', 'HEAD', 'POST', 'M-SEARCH'),
  requestBody: optional(fc.record({ bytes: fc.uint8Array({ maxLength: 300 }), chunks: optional(chunkSpecs) })),
  emptyLines: fc.constantFrom(0, 0, 0, 1),
  interim: fc.array(fc.constantFrom(100, 102, 103), { maxLength: 2 }),
  answer: fc.oneof(
    fc.record({ kind: fc.constant('stream' as const), stream: streams }),
    fc.record({ kind: fc.constant('lines' as const), lines: lineLists }),
    fc.record({ kind: fc.constant('none' as const), status: fc.constantFrom(204, 304) }),
    fc.record({
      kind: fc.constant('other' as const),
      status: fc.constantFrom(400, 410, 426, 500),
      type: optional(fc.constantFrom('application/json', 'text/event-stream', 'application/x-ndjson')),
      body: fc.constantFrom('', '{"gap":{"after":1,"oldest":2}}\n', 'data:x\n\n'),
    }),
    fc.record({
      kind: fc.constant('other' as const),
      status: fc.constant(200),
      type: optional(fc.constantFrom('application/json', 'text/event-streams', 'text/plain; x=application/x-ndjson')),
      body: fc.constantFrom('', '{"lastSeq":1}', 'data:x\n\n'),
    }),
  ),
  gzip: optional(fc.array(fc.nat({ max: 500 }), { maxLength: 6 })),
  chunks: optional(chunkSpecs),
  lastsUntilClose: fc.boolean(),
  style: styles,
  isAwaited: fc.boolean(),
});

/** Writes an exchange into a script. */
export function sayExchange(script: Script, spec: ExchangeSpec, isLast: boolean): void {
  const plain = writeAnswer(spec, (spec.requestBody?.bytes.length ?? 0) > 0);
  const answer = spec.gzip && plain.mayHoldEvents ? compress(plain, spec.gzip) : plain;
  const isHead = spec.method === 'HEAD';
  const isHandshake = answer.opens && !isHead;
  const body = isHead || answer.isBodiless ? undefined : answer.body;
  const lastsUntilClose = isLast && spec.lastsUntilClose && !spec.chunks;

  const requestHead = isHandshake ? 'handshake' : 'requestHead';
  const sent = spec.requestBody;
  const request = [
    part(requestHead, '\r\n'.repeat(spec.emptyLines)),
    part(
      requestHead,
      writeHead(`${spec.method} /events?since=1 HTTP/1.1`, spec.style, [
        'Host: 127.0.0.1',
        ...(sent ? [lengthField(sent.bytes.length, sent.chunks)] : []),
      ]),
    ),
    ...(sent ? framed([part('payload', sent.bytes)], sent.chunks) : []),
  ];
  const response = [
    ...spec.interim.map((status) => part('responseHead', writeHead(`HTTP/1.1 ${status} `, spec.style, []))),
    part(
      isHandshake ? 'handshake' : 'responseHead',
      writeHead(`HTTP/1.1 ${answer.status} some reason`, spec.style, [
        ...(answer.type === undefined ? [] : [`Content-Type: ${answer.type}`]),
        ...(answer.coding === undefined ? [] : [`Content-Encoding: ${answer.coding}`]),
        ...(lastsUntilClose ? [] : [lengthField(bytesOf(answer.body.parts).length, spec.chunks)]),
      ]),
    ),
    ...(body ? framed(body.parts, spec.chunks) : []),
  ];

  const [upBefore, downBefore] = [script.length('up'), script.length('down')];
  script.say('up', request, spec.isAwaited ? downBefore : 0);
  script.say('down', response, script.length('up'));
  const messagesUp = sent && sent.bytes.length > 0 ? 1 : 0;
  const events = body?.events ?? 0;
  script.expected.messagesUp += messagesUp;
  script.expected.events += events;
  if (isHandshake) return;
  script.countCycle(script.length('up') - upBefore, script.length('down') - downBefore, messagesUp + events);
}

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly coding?: string;
  readonly body: Written;
  readonly opens: boolean;
  readonly mayHoldEvents: boolean;
  readonly isBodiless: boolean;
}

function writeAnswer({ answer }: ExchangeSpec, isToMessage: boolean): Answer {
  const plain = { opens: false, mayHoldEvents: false, isBodiless: false };
  switch (answer.kind) {
    case 'stream': {
      const body = writeStream(answer.stream);
      return { ...plain, status: 200, type: 'Text/Event-Stream', body, opens: true, mayHoldEvents: true };
    }
    case 'lines':
      return {
        ...plain,
        status: 200,
        type: 'application/x-ndjson; charset=utf-8',
        body: writeEventLines(answer.lines),
        mayHoldEvents: true,
      };
    case 'none': {
      // It tells the length of the body that it does not have.
      const body = { parts: [part('control', '12345')], events: 0 };
      return { ...plain, status: answer.status, type: undefined, body, isBodiless: true };
    }
    case 'other': {
      const isMessage =
        isToMessage && answer.status === 200 && answer.type === 'application/json' && answer.body !== '';
      const body = { parts: [part(isMessage ? 'payload' : 'control', answer.body)], events: isMessage ? 1 : 0 };
      return { ...plain, ...answer, body };
    }
  }
}

/** Events that are compressed are still events, but of their bytes none is told from another. */
function compress(answer: Answer, cuts: readonly number[]): Answer {
  const bytes = writeGzip(bytesOf(answer.body.parts), cuts);
  return { ...answer, coding: 'GZip', body: { parts: [part('payload', bytes)], events: answer.body.events } };
}

function writeHead(firstLine: string, style: HeaderStyle, needed: readonly string[]): Buffer {
  const lines = needed.map((line) => {
    const [name = '', value = ''] = line.split(': ');
    const written =
      style.letterCase === 'lower' ? name.toLowerCase() : style.letterCase === 'upper' ? name.toUpperCase() : name;
    return `${written}:${style.before}${value}${style.after}`;
  });
  return Buffer.from([firstLine, ...style.extra, ...lines, '', ''].join('\r\n'), 'latin1');
}

function lengthField(length: number, chunks: ChunkSpec | undefined): string {
  return chunks ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`;
}

function framed(parts: readonly Part[], chunks: ChunkSpec | undefined): readonly Part[] {
  return chunks ? writeChunked(parts, chunks) : parts;
}

/** Chunks that are cut wherever the spec says, within parts too. */
function writeChunked(parts: readonly Part[], spec: ChunkSpec): Part[] {
  const whole = bytesOf(parts).length;
  const places = [0, ...spec.cuts.filter((cut) => cut < whole), whole].sort((a, b) => a - b);
  const sizeLine = (size: number) => {
    const digits = size.toString(16).padStart(spec.zeros, '0');
    const text = `${spec.isUpperCase ? digits.toUpperCase() : digits}${spec.extension}\r\n`;
    return part('chunking', Buffer.from(text, 'latin1'));
  };
  const chunks = places.slice(1).flatMap((to, index) => {
    const from = places[index] ?? 0;
    return to === from ? [] : [sizeLine(to - from), ...cutParts(parts, from, to), part('chunking', '\r\n')];
  });
  const trailers = spec.trailers.map((line) => part('chunking', Buffer.from(`${line}\r\n`, 'latin1')));
  return [...chunks, sizeLine(0), ...trailers, part('chunking', '\r\n')];
}

function cutParts(parts: readonly Part[], from: number, to: number): Part[] {
  let at = 0;
  return parts.map(([layer, bytes]) => {
    const start = at;
    at += bytes.length;
    return part(layer, bytes.subarray(Math.max(0, from - start), Math.max(0, to - start)));
  });
}
