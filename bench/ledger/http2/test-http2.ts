/** HTTP/2 connections for tests, written frame by frame (RFC 9113), their streams interleaved. */

import fc from 'fast-check';
import { FRAME_TYPES, type Layer } from '../../contract/ledger.ts';
import { HpackWriter } from '../hpack/test-hpack.ts';
import { type AnswerSpec, answers, optional, type QuestionSpec, questions, writeAnswer } from '../test-answers.ts';
import { bytesOf, cutParts, type Part, part, type Script, type Way } from '../test-wire.ts';

export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

export function writeFrame(type: number, flags: number, stream: number, payload: Uint8Array | string = ''): Buffer {
  const body = Buffer.from(payload as string);
  const header = Buffer.alloc(9);
  header.writeUIntBE(body.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, body]);
}

export function writeSettings(settings: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(6 * settings.length);
  for (const [index, [id, value]] of settings.entries()) {
    payload.writeUInt16BE(id, 6 * index);
    payload.writeUInt32BE(value, 6 * index + 2);
  }
  return writeFrame(4, 0, 0, payload);
}

interface HeadSpec {
  /** Where the block is cut into HEADERS and CONTINUATION. */
  readonly cuts: readonly number[];
  readonly paddingBytes: number | undefined;
  readonly hasPriority: boolean;
  readonly extra: readonly (readonly [string, string])[];
}

interface DataSpec {
  readonly cuts: readonly number[];
  /** Of each frame, over and over. */
  readonly paddingBytes: readonly (number | undefined)[];
  /** Whether an empty DATA ends the stream; the last one does otherwise. */
  readonly endsEmpty: boolean;
  readonly trailers: HeadSpec | undefined;
}

interface StreamSpec {
  readonly question: QuestionSpec;
  readonly questionHead: HeadSpec;
  readonly questionData: DataSpec;
  readonly interim: readonly number[];
  readonly answer: AnswerSpec;
  readonly answerHead: HeadSpec;
  readonly tellsLength: boolean;
  readonly answerData: DataSpec;
  /** Who gives it up once its answer's head has come; the rest of that is sent nevertheless. */
  readonly resetBy: Way | undefined;
}

type Control = 'settings' | 'ack' | 'ping' | 'goAway' | 'windowUpdate' | 'streamWindow' | 'priority' | 'unknown';

export interface Http2Spec {
  readonly streams: readonly StreamSpec[];
  /** A table smaller or larger than 4,096 bytes, which the other side's encoder then uses. */
  readonly tableBytes: Readonly<Record<Way, number | undefined>>;
  readonly controls: readonly { readonly way: Way; readonly kind: Control }[];
  /** Whose turn it is, over and over. */
  readonly turns: readonly number[];
  readonly hpack: Readonly<Record<Way, readonly number[]>>;
}

const cuts = fc.array(fc.nat({ max: 200 }), { maxLength: 4 });
const padding = optional(fc.oneof(fc.nat({ max: 20 }), fc.constantFrom(0, 255)));
const fields = fc.constantFrom<readonly [string, string]>(
  ['x-a', '1'],
  ['x-empty', ''],
  ['cookie', 'a=b; c="d"'],
  ['user-agent', 'Mozilla/5.0 (X11; Linux x86_64)'],
  ['x-latin', '\u00e9\u00ff'],
);
const heads: fc.Arbitrary<HeadSpec> = fc.record({
  cuts,
  paddingBytes: padding,
  hasPriority: fc.boolean(),
  extra: fc.array(fields, { maxLength: 3 }),
});
const data: fc.Arbitrary<DataSpec> = fc.record({
  cuts,
  paddingBytes: fc.array(padding, { minLength: 1, maxLength: 3 }),
  endsEmpty: fc.boolean(),
  trailers: optional(heads),
});
const ways = fc.constantFrom<Way>('up', 'down');
const choices = fc.array(fc.nat({ max: 255 }), { minLength: 1, maxLength: 20 });

export const http2Connections: fc.Arbitrary<Http2Spec> = fc.record({
  streams: fc.array(
    fc.record({
      question: questions,
      questionHead: heads,
      questionData: data,
      interim: fc.array(fc.constantFrom(100, 103), { maxLength: 2 }),
      answer: answers,
      answerHead: heads,
      tellsLength: fc.boolean(),
      answerData: data,
      resetBy: fc.option(ways, { nil: undefined, freq: 8 }),
    }),
    { maxLength: 5 },
  ),
  tableBytes: fc.record({ up: optional(fc.nat({ max: 10_000 })), down: optional(fc.nat({ max: 10_000 })) }),
  controls: fc.array(
    fc.record({
      way: ways,
      kind: fc.constantFrom<Control>(
        ...(['settings', 'ack', 'ping', 'goAway', 'windowUpdate', 'streamWindow', 'priority', 'unknown'] as const),
      ),
    }),
    { maxLength: 6 },
  ),
  turns: choices,
  hpack: fc.record({ up: choices, down: choices }),
});

/** Says all that both sides say, in one of the orders that could be. */
export function sayHttp2(script: Script, spec: Http2Spec): void {
  new Http2Writer(script, spec).write();
}

type Step = () => void;

class Http2Writer {
  readonly #script: Script;
  readonly #spec: Http2Spec;
  readonly #hpack: Record<Way, HpackWriter>;
  readonly #resizes: Record<Way, number | undefined>;
  #lastStream = -1;
  #requests = 0;

  constructor(script: Script, spec: Http2Spec) {
    this.#script = script;
    this.#spec = spec;
    this.#resizes = { up: spec.tableBytes.down, down: spec.tableBytes.up };
    this.#hpack = { up: new HpackWriter(spec.hpack.up), down: new HpackWriter(spec.hpack.down) };
  }

  write(): void {
    const { streams, tableBytes, controls, turns } = this.#spec;
    const settings = (bytes: number | undefined) => writeSettings(bytes === undefined ? [] : [[1, bytes]]);
    this.#script.say('up', [part('handshake', PREFACE)]);
    this.#say('up', [part('handshake', settings(tableBytes.up))]);
    this.#say('down', [part('handshake', settings(tableBytes.down))]);
    // The other side's encoder may use what it was told of only then.
    this.#say('up', [part('handshake', writeFrame(4, 1, 0))], this.#script.length('down'));
    this.#say('down', [part('handshake', writeFrame(4, 1, 0))], this.#script.length('up'));

    const queues = [
      controls.map(
        ({ way, kind }) =>
          () =>
            this.#control(way, kind),
      ),
      ...streams.map((stream) => this.#streamSteps(stream)),
    ].filter((queue) => queue.length > 0);
    for (let turn = 0; queues.length > 0; turn++) {
      const at = (turns[turn % turns.length] ?? 0) % queues.length;
      const queue = queues[at];
      queue?.shift()?.();
      if (queue?.length === 0) queues.splice(at, 1);
    }
  }

  #streamSteps(spec: StreamSpec): Step[] {
    const { question, questionHead, questionData, interim, answerHead, tellsLength, answerData, resetBy } = spec;
    const answer = writeAnswer(spec.answer, question, !tellsLength);
    const isHandshake = answer.opensStream;
    const counted = { up: 0, down: 0 };
    let id = 0;
    let number = 0;
    let needs = 0;
    let isReset = false;
    const say = (way: Way, parts: readonly Part[]) => {
      const written = isReset ? [part('control', bytesOf(parts))] : parts;
      this.#say(way, written, way === 'down' ? needs : 0);
      counted[way] += bytesOf(written).length;
    };
    const head = (way: Way, layer: Layer, own: [string, string][], spec: HeadSpec, isEnd: boolean) => {
      const block = this.#block(way, [...own, ...spec.extra] as [string, string][]);
      if (!isReset) this.#countBlock(way, number, block.length);
      say(way, [part(layer, writeHeaders(id, block, spec, isEnd))]);
    };
    const asked = [
      [':method', question.method],
      [':path', `/events?since=${this.#spec.turns.length}`],
    ] as [string, string][];
    const answered = [
      [':status', String(answer.status)],
      ...(answer.type === undefined ? [] : [['content-type', answer.type]]),
      ...(answer.coding === undefined ? [] : [['content-encoding', answer.coding]]),
      ...(tellsLength ? [['content-length', String(bytesOf(answer.body.parts).length)]] : []),
    ] as [string, string][];
    const body = answer.isBodiless ? undefined : answer.body;
    const messagesUp = question.body && question.body.length > 0 ? 1 : 0;

    const steps: Step[] = [
      () => {
        this.#lastStream += 2;
        id = this.#lastStream;
        number = ++this.#requests;
        head('up', isHandshake ? 'handshake' : 'requestHead', asked, questionHead, !question.body);
      },
      ...(question.body ? writeData([part('payload', question.body)], questionData) : []).map((write) => () => {
        say('up', write(id));
      }),
      ...(question.body && questionData.trailers ? [questionData.trailers] : []).map((trailers) => () => {
        head('up', 'chunking', [], trailers, true);
      }),
      () => {
        needs = this.#script.length('up');
        this.#script.expected.messagesUp += messagesUp;
      },
      ...interim.map((status) => () => head('down', 'responseHead', [[':status', `${status}`]], answerHead, false)),
      () => head('down', isHandshake ? 'handshake' : 'responseHead', answered, answerHead, !body),
      ...(resetBy && body ? [resetBy] : []).map((way) => () => {
        const other = way === 'up' ? 'down' : 'up';
        this.#say(way, [part('control', writeFrame(3, 0, id, Buffer.from([0, 0, 0, 8])))], this.#script.length(other));
        needs = this.#script.length('up');
        isReset = true;
      }),
      ...(body ? writeData(body.parts, answerData) : []).map((write) => () => say('down', write(id))),
      ...(body && answerData.trailers ? [answerData.trailers] : []).map((trailers) => () => {
        head('down', 'chunking', [], trailers, true);
      }),
      () => {
        if (isReset) return;
        const events = body?.events ?? 0;
        this.#script.expected.events += events;
        if (!isHandshake) this.#script.countCycle(counted.up, counted.down, messagesUp + events);
      },
    ];
    return steps;
  }

  /** The first takes up the size of the table that the other side told. */
  #block(way: Way, fields: readonly [string, string][]): Buffer {
    const tableBytes = this.#resizes[way];
    this.#resizes[way] = undefined;
    return this.#hpack[way].write(fields, tableBytes);
  }

  #countBlock(way: Way, number: number, bytes: number): void {
    const { headBlocks } = this.#script.expected;
    const at = Math.ceil(Math.log2(number));
    while (headBlocks.length <= at) headBlocks.push({ up: { count: 0, bytes: 0 }, down: { count: 0, bytes: 0 } });
    const counted = headBlocks[at]?.[way];
    if (counted) Object.assign(counted, { count: counted.count + 1, bytes: counted.bytes + bytes });
  }

  #control(way: Way, kind: Control): void {
    const frame = {
      settings: () => writeSettings([[5, 20_000]]),
      ack: () => writeFrame(4, 1, 0),
      ping: () => writeFrame(6, 0, 0, 'pingpong'),
      goAway: () => writeFrame(7, 0, 0, Buffer.alloc(30)),
      windowUpdate: () => writeFrame(8, 0, 0, Buffer.alloc(4)),
      streamWindow: () => writeFrame(8, 0, 1, Buffer.alloc(4)),
      priority: () => writeFrame(2, 0, 101, Buffer.alloc(5)),
      unknown: () => writeFrame(0xfa, 0xff, 3, Buffer.alloc(17)),
    }[kind]();
    this.#say(way, [part('control', frame)]);
  }

  #say(way: Way, frames: readonly Part[], needs = 0): void {
    const bytes = bytesOf(frames);
    for (let at = 0; at < bytes.length; ) {
      const frameBytes = 9 + bytes.readUIntBE(at, 3);
      const counts = this.#script.expected.frames[way];
      const name = FRAME_TYPES[bytes[at + 3] ?? 0] ?? 'EXTENSION';
      const { count, bytes: sum } = counts[name] ?? { count: 0, bytes: 0 };
      counts[name] = { count: count + 1, bytes: sum + frameBytes };
      at += frameBytes;
    }
    this.#script.say(way, frames, needs);
  }
}

function writeHeaders(
  id: number,
  block: Buffer,
  { cuts, paddingBytes, hasPriority }: HeadSpec,
  isEnd: boolean,
): Buffer {
  const places = [...cuts.filter((cut) => cut < block.length).sort((a, b) => a - b), block.length];
  const frames = places.map((to, index) => {
    const fragment = block.subarray(places[index - 1] ?? 0, to);
    const endHeaders = index === places.length - 1 ? 4 : 0;
    if (index > 0) return writeFrame(9, endHeaders, id, fragment);
    const isPadded = paddingBytes !== undefined;
    const flags = endHeaders | (isEnd ? 1 : 0) | (isPadded ? 8 : 0) | (hasPriority ? 0x20 : 0);
    const before = [...(isPadded ? [paddingBytes] : []), ...(hasPriority ? [0, 0, 0, 0, 16] : [])];
    return writeFrame(1, flags, id, Buffer.concat([Buffer.from(before), fragment, Buffer.alloc(paddingBytes ?? 0)]));
  });
  return Buffer.concat(frames);
}

/** DATA frames that are cut wherever the spec says, within parts too. */
function writeData(parts: readonly Part[], spec: DataSpec): ((id: number) => Part[])[] {
  const whole = bytesOf(parts).length;
  const places = [0, ...spec.cuts.filter((cut) => cut < whole).sort((a, b) => a - b), whole];
  if (spec.endsEmpty) places.push(whole);
  return places.slice(1).map((to, index) => (id) => {
    const content = cutParts(parts, places[index] ?? 0, to);
    const paddingBytes = spec.paddingBytes[index % spec.paddingBytes.length];
    const isEnd = index === places.length - 2 && !spec.trailers;
    const bytes = bytesOf(content);
    const isPadded = paddingBytes !== undefined;
    const payload = isPadded ? [Buffer.from([paddingBytes]), bytes, Buffer.alloc(paddingBytes)] : [bytes];
    const frame = writeFrame(0, (isEnd ? 1 : 0) | (isPadded ? 8 : 0), id, Buffer.concat(payload));
    return [
      part('chunking', frame.subarray(0, isPadded ? 10 : 9)),
      ...content,
      part('chunking', frame.subarray(frame.length - (paddingBytes ?? 0))),
    ];
  });
}
