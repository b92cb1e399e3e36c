/** HTTP/2 connections for tests, written frame by frame (RFC 9113), their streams interleaved. */

import fc from 'fast-check';
import { FRAME_TYPES, type Layer } from '../../contract/ledger.ts';
import type { DirectionName } from '../direction.ts';
import { HpackWriter } from '../hpack/test-hpack.ts';
import { type AnswerSpec, answers, optional, type QuestionSpec, questions, writeAnswer } from '../test-answers.ts';
import { bytesOf, cutAt, directions, type Part, part, type Script } from '../test-wire.ts';

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

type Fields = readonly (readonly [name: string, value: string])[];

interface DataSpec {
  readonly cuts: readonly number[];
  /** Whether an empty DATA ends the stream; the last one does otherwise. */
  readonly endsEmpty: boolean;
}

interface StreamSpec {
  readonly question: QuestionSpec;
  readonly questionFields: Fields;
  readonly questionData: DataSpec;
  readonly answer: AnswerSpec;
  readonly answerFields: Fields;
  readonly tellsLength: boolean;
  readonly answerData: DataSpec;
  /** The side that gives it up once its answer's head has come; the rest of that is sent nevertheless. */
  readonly resetBy: DirectionName | undefined;
}

type Control = 'settings' | 'ack' | 'ping' | 'goAway' | 'windowUpdate' | 'streamWindow' | 'unknown';

export interface Http2Spec {
  readonly streams: readonly StreamSpec[];
  /** A table smaller or larger than 4,096 bytes, which the other side's encoder then uses. */
  readonly tableBytes: Readonly<Record<DirectionName, number | undefined>>;
  readonly controls: readonly { readonly direction: DirectionName; readonly kind: Control }[];
  /** Whose turn it is, over and over. */
  readonly turns: readonly number[];
  readonly hpack: Readonly<Record<DirectionName, readonly number[]>>;
}

const fieldLists: fc.Arbitrary<Fields> = fc.array(
  fc.constantFrom<readonly [string, string]>(
    ['x-a', '1'],
    ['x-empty', ''],
    ['cookie', 'a=b; c="d"'],
    ['user-agent', 'Mozilla/5.0 (X11; Linux x86_64)'],
    ['x-latin', '\u00e9\u00ff'],
  ),
  { maxLength: 3 },
);
const data: fc.Arbitrary<DataSpec> = fc.record({
  cuts: fc.array(fc.nat({ max: 200 }), { maxLength: 4 }),
  endsEmpty: fc.boolean(),
});
const choices = fc.array(fc.nat({ max: 255 }), { minLength: 1, maxLength: 20 });

export const http2Connections: fc.Arbitrary<Http2Spec> = fc.record({
  streams: fc.array(
    fc.record({
      question: questions,
      questionFields: fieldLists,
      questionData: data,
      answer: answers,
      answerFields: fieldLists,
      tellsLength: fc.boolean(),
      answerData: data,
      resetBy: fc.option(directions, { nil: undefined, freq: 8 }),
    }),
    { maxLength: 5 },
  ),
  tableBytes: fc.record({ up: optional(fc.nat({ max: 10_000 })), down: optional(fc.nat({ max: 10_000 })) }),
  controls: fc.array(
    fc.record({
      direction: directions,
      kind: fc.constantFrom<Control>(
        ...(['settings', 'ack', 'ping', 'goAway', 'windowUpdate', 'streamWindow', 'unknown'] as const),
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
  readonly #hpack: Record<DirectionName, HpackWriter>;
  readonly #resizes: Record<DirectionName, number | undefined>;
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
        ({ direction, kind }) =>
          () =>
            this.#control(direction, kind),
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
    const { question, questionFields, questionData, answerFields, tellsLength, answerData, resetBy } = spec;
    const answer = writeAnswer(spec.answer, question, !tellsLength);
    const isHandshake = answer.opensStream;
    const counted = { up: 0, down: 0 };
    let id = 0;
    let number = 0;
    let needs = 0;
    let isReset = false;
    const say = (direction: DirectionName, parts: readonly Part[]) => {
      const written = isReset ? [part('control', bytesOf(parts))] : parts;
      this.#say(direction, written, direction === 'down' ? needs : 0);
      counted[direction] += bytesOf(written).length;
    };
    const head = (direction: DirectionName, layer: Layer, fields: Fields, isEnd: boolean) => {
      const block = this.#block(direction, fields);
      this.#countBlock(direction, number, block.length);
      say(direction, [part(isHandshake ? 'handshake' : layer, writeFrame(1, 4 | (isEnd ? 1 : 0), id, block))]);
    };
    const requestFields: Fields = [
      [':method', question.method],
      [':path', `/events?since=${this.#spec.turns.length}`],
      ...questionFields,
    ];
    const responseFields: Fields = [
      [':status', String(answer.status)],
      ...(answer.type === undefined ? [] : [['content-type', answer.type] as const]),
      ...(answer.coding === undefined ? [] : [['content-encoding', answer.coding] as const]),
      ...(tellsLength ? [['content-length', String(bytesOf(answer.body.parts).length)] as const] : []),
      ...answerFields,
    ];
    const body = answer.isBodiless ? undefined : answer.body;
    const messagesUp = question.body && question.body.length > 0 ? 1 : 0;

    const steps: Step[] = [
      () => {
        this.#lastStream += 2;
        id = this.#lastStream;
        number = ++this.#requests;
        head('up', 'requestHead', requestFields, !question.body);
      },
      ...(question.body ? writeData([part('payload', question.body)], questionData) : []).map((write) => () => {
        say('up', write(id));
      }),
      () => {
        needs = this.#script.length('up');
        this.#script.expected.messagesUp += messagesUp;
      },
      () => head('down', 'responseHead', responseFields, !body),
      ...(resetBy && body ? [resetBy] : []).map((direction) => () => {
        const other = direction === 'up' ? 'down' : 'up';
        this.#say(
          direction,
          [part('control', writeFrame(3, 0, id, Buffer.from([0, 0, 0, 8])))],
          this.#script.length(other),
        );
        needs = this.#script.length('up');
        isReset = true;
      }),
      ...(body ? writeData(body.parts, answerData) : []).map((write) => () => say('down', write(id))),
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
  #block(direction: DirectionName, fields: Fields): Buffer {
    const tableBytes = this.#resizes[direction];
    this.#resizes[direction] = undefined;
    return this.#hpack[direction].write(fields, tableBytes);
  }

  #countBlock(direction: DirectionName, number: number, bytes: number): void {
    const { headBlocks } = this.#script.expected;
    const at = Math.ceil(Math.log2(number));
    while (headBlocks.length <= at) headBlocks.push({ up: { count: 0, bytes: 0 }, down: { count: 0, bytes: 0 } });
    const blocks = headBlocks[at];
    if (blocks) blocks[direction] = { count: blocks[direction].count + 1, bytes: blocks[direction].bytes + bytes };
  }

  #control(direction: DirectionName, kind: Control): void {
    const frame = {
      settings: () => writeSettings([[5, 20_000]]),
      ack: () => writeFrame(4, 1, 0),
      ping: () => writeFrame(6, 0, 0, 'pingpong'),
      goAway: () => writeFrame(7, 0, 0, Buffer.alloc(30)),
      windowUpdate: () => writeFrame(8, 0, 0, Buffer.alloc(4)),
      streamWindow: () => writeFrame(8, 0, 1, Buffer.alloc(4)),
      unknown: () => writeFrame(0xfa, 0xff, 3, Buffer.alloc(17)),
    }[kind]();
    this.#say(direction, [part('control', frame)]);
  }

  #say(direction: DirectionName, frames: readonly Part[], needs = 0): void {
    const bytes = bytesOf(frames);
    for (let at = 0; at < bytes.length; ) {
      const frameBytes = 9 + bytes.readUIntBE(at, 3);
      const counts = this.#script.expected.frames[direction];
      const name = FRAME_TYPES[bytes[at + 3] ?? 0] ?? 'EXTENSION';
      const { count, bytes: sum } = counts[name] ?? { count: 0, bytes: 0 };
      counts[name] = { count: count + 1, bytes: sum + frameBytes };
      at += frameBytes;
    }
    this.#script.say(direction, frames, needs);
  }
}

/** DATA frames that are cut wherever the spec says, within parts too. */
function writeData(parts: readonly Part[], { cuts, endsEmpty }: DataSpec): ((id: number) => Part[])[] {
  const pieces = [...cutAt(parts, cuts), ...(endsEmpty ? [[]] : [])];
  return pieces.map((content, index) => (id) => {
    const frame = writeFrame(0, index === pieces.length - 1 ? 1 : 0, id, bytesOf(content));
    return [part('chunking', frame.subarray(0, 9)), ...content];
  });
}
