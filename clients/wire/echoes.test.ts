import { expect, test } from 'vitest';
import { encodeEcho } from '../../bench/contract/event.ts';
import { eventOf, RecordingSink } from '../../bench/contract/test-support.ts';
import { Echoes } from './echoes.ts';

const echoOf = (text: string) => encodeEcho(JSON.stringify(text));

test('echoes go to the requests, in order; gaps and events to the sink', async () => {
  const echoes = new Echoes();
  const sink = new RecordingSink();
  const sent: string[] = [];
  const answers = ['one', 'two'].map((text) => echoes.request(() => sent.push(text)));
  expect(sent).toEqual(['one', 'two']);
  const texts = [eventOf(1).text, echoOf('one'), '{"gap":{"after":1,"oldest":3}}', echoOf('two'), eventOf(3).text];
  for (const text of texts) echoes.deliver(text, 1, sink);
  expect(await Promise.all(answers)).toEqual(['one', 'two']);
  expect(sink).toMatchObject({ seqs: [1, 3], gaps: [{ after: 1, oldest: 3 }] });
});

test('an echo without a request, and a text that is none, is left to the audit', async () => {
  const echoes = new Echoes();
  const sink = new RecordingSink();
  echoes.deliver(echoOf('one'), 1, sink);
  const answer = echoes.request(() => {});
  echoes.deliver('{"echo":broken', 1, sink);
  expect(sink.texts).toEqual([echoOf('one'), '{"echo":broken']);
  echoes.deliver(echoOf('two'), 1, sink);
  expect(await answer).toBe('two');
});

test('at the end, open requests are rejected', async () => {
  const echoes = new Echoes();
  const waiting = echoes.request(() => {});
  echoes.end('the server went away');
  await expect(waiting).rejects.toThrow('the server went away');
});
