/** What requests ask and responses hold, for tests, in any version of HTTP. */

import fc from 'fast-check';
import { writeGzip } from './test-gzip.ts';
import {
  bytesOf,
  type LinesSpec,
  lineLists,
  part,
  type StreamSpec,
  streams,
  type Written,
  writeEventLines,
  writeStream,
} from './test-wire.ts';

export interface QuestionSpec {
  readonly method: string;
  readonly body: Uint8Array | undefined;
}

export interface AnswerSpec {
  readonly content:
    | { readonly kind: 'stream'; readonly stream: StreamSpec }
    | { readonly kind: 'lines'; readonly lines: LinesSpec }
    | { readonly kind: 'none'; readonly status: number }
    | { readonly kind: 'other'; readonly status: number; readonly type: string | undefined; readonly body: string };
  /** Where the gzip of content that may hold events is flushed. */
  readonly gzip: readonly number[] | undefined;
}

export interface Answer {
  readonly status: number;
  readonly type?: string | undefined;
  readonly coding?: string;
  readonly body: Written;
  /** The length may be told, but no body comes. */
  readonly isBodiless: boolean;
  readonly opensStream: boolean;
}

export const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

export const questions: fc.Arbitrary<QuestionSpec> = fc.record({
  method: fc.constantFrom('GET', 'GET', 'HEAD', 'POST', 'M-SEARCH'),
  body: optional(fc.uint8Array({ maxLength: 300 })),
});

export const answers: fc.Arbitrary<AnswerSpec> = fc.record({
  content: fc.oneof(
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
});

/** @param isOpenEnded whether the response is written without telling its length */
export function writeAnswer({ content, gzip }: AnswerSpec, question: QuestionSpec, isOpenEnded: boolean): Answer {
  const isBodiless = question.method === 'HEAD';
  switch (content.kind) {
    case 'stream': {
      const body = writeStream(content.stream);
      return compress({ status: 200, type: 'Text/Event-Stream', body, isBodiless, opensStream: !isBodiless }, gzip);
    }
    case 'lines': {
      const body = writeEventLines(content.lines);
      const type = 'application/x-ndjson; charset=utf-8';
      return compress({ status: 200, type, body, isBodiless, opensStream: isOpenEnded && !isBodiless }, gzip);
    }
    case 'none': {
      const body = { parts: [part('control', '12345')], events: 0 };
      return { status: content.status, body, isBodiless: true, opensStream: false };
    }
    case 'other': {
      const { status, type, body: text } = content;
      const isMessage = status === 200 && type === 'application/json' && (question.body?.length ?? 0) > 0;
      const body = { parts: [part(isMessage ? 'payload' : 'control', text)], events: isMessage && text !== '' ? 1 : 0 };
      return { status, type, body, isBodiless, opensStream: false };
    }
  }
}

/** Events that are compressed are still events, but of their bytes none is told from another. */
function compress(answer: Answer, cuts: readonly number[] | undefined): Answer {
  if (!cuts) return answer;
  const bytes = writeGzip(bytesOf(answer.body.parts), cuts);
  return { ...answer, coding: 'GZip', body: { parts: [part('payload', bytes)], events: answer.body.events } };
}
