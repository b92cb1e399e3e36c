/** HTTP/1.1 exchanges for tests, written part by part. */

import fc from 'fast-check';
import { type AnswerSpec, answers, optional, type QuestionSpec, questions, writeAnswer } from './test-answers.ts';
import { bytesOf, cutAt, type Part, part, type Script } from './test-wire.ts';

interface ChunkSpec {
  readonly cuts: readonly number[];
  readonly isUpperCase: boolean;
  readonly zeros: number;
}

interface HeaderStyle {
  readonly letterCase: 'lower' | 'upper' | 'as written';
  readonly before: string;
  readonly after: string;
  readonly extra: readonly string[];
}

export interface ExchangeSpec {
  readonly question: QuestionSpec;
  readonly questionChunks: ChunkSpec | undefined;
  readonly answer: AnswerSpec;
  readonly answerChunks: ChunkSpec | undefined;
  /** Whether a last response without chunks has no length, either. */
  readonly lastsUntilClose: boolean;
  readonly style: HeaderStyle;
  /** Whether the server answers before the next request, or the requests are pipelined. */
  readonly isAwaited: boolean;
}

const fields = fc.constantFrom(
  'X-A: 1',
  'x-empty:',
  'Cookie:  a=b; c="d" ',
  'X-Latin: \u00e9\u00ff',
  'Via:\t1.1 relay',
);
const chunkSpecs: fc.Arbitrary<ChunkSpec> = fc.record({
  cuts: fc.array(fc.nat({ max: 300 }), { maxLength: 6 }),
  isUpperCase: fc.boolean(),
  zeros: fc.constantFrom(0, 0, 20),
});
const styles: fc.Arbitrary<HeaderStyle> = fc.record({
  letterCase: fc.constantFrom('lower', 'upper', 'as written'),
  before: fc.constantFrom('', ' ', '\t  '),
  after: fc.constantFrom('', ' ', ' \t'),
  extra: fc.array(fields, { maxLength: 3 }),
});

export const exchanges: fc.Arbitrary<ExchangeSpec> = fc.record({
  question: questions,
  questionChunks: optional(chunkSpecs),
  answer: answers,
  answerChunks: optional(chunkSpecs),
  lastsUntilClose: fc.boolean(),
  style: styles,
  isAwaited: fc.boolean(),
});

/** Writes an exchange into a script. */
export function sayExchange(script: Script, spec: ExchangeSpec, isLast: boolean): void {
  const { question, questionChunks, answerChunks } = spec;
  const lastsUntilClose = isLast && spec.lastsUntilClose && !answerChunks;
  const answer = writeAnswer(spec.answer, question, lastsUntilClose || answerChunks !== undefined);
  const isHandshake = answer.opensStream;

  const requestHead = isHandshake ? 'handshake' : 'requestHead';
  const request = [
    part(
      requestHead,
      writeHead(`${question.method} /events?since=1 HTTP/1.1`, spec.style, [
        'Host: 127.0.0.1',
        ...(question.body ? [lengthField(question.body.length, questionChunks)] : []),
      ]),
    ),
    ...(question.body ? framed([part('payload', question.body)], questionChunks) : []),
  ];
  const response = [
    part(
      isHandshake ? 'handshake' : 'responseHead',
      writeHead(`HTTP/1.1 ${answer.status} some reason`, spec.style, [
        ...(answer.type === undefined ? [] : [`Content-Type: ${answer.type}`]),
        ...(answer.coding === undefined ? [] : [`Content-Encoding: ${answer.coding}`]),
        ...(lastsUntilClose ? [] : [lengthField(bytesOf(answer.body.parts).length, answerChunks)]),
      ]),
    ),
    ...(answer.isBodiless ? [] : framed(answer.body.parts, answerChunks)),
  ];

  const [upBefore, downBefore] = [script.length('up'), script.length('down')];
  script.say('up', request, spec.isAwaited ? downBefore : 0);
  script.say('down', response, script.length('up'));
  const messagesUp = question.body && question.body.length > 0 ? 1 : 0;
  const events = answer.isBodiless ? 0 : answer.body.events;
  script.expected.messagesUp += messagesUp;
  script.expected.events += events;
  if (isHandshake) return;
  script.countCycle(script.length('up') - upBefore, script.length('down') - downBefore, messagesUp + events);
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
function writeChunked(parts: readonly Part[], { cuts, zeros, isUpperCase }: ChunkSpec): Part[] {
  const sizeLine = (size: number) => {
    const digits = size.toString(16).padStart(zeros, '0');
    return part('chunking', `${isUpperCase ? digits.toUpperCase() : digits}\r\n`);
  };
  const chunks = cutAt(parts, cuts).flatMap((content) => {
    const size = bytesOf(content).length;
    return size === 0 ? [] : [sizeLine(size), ...content, part('chunking', '\r\n')];
  });
  return [...chunks, sizeLine(0), part('chunking', '\r\n')];
}
