import { expect, test } from 'vitest';
import { RecordingSink } from '../../bench/contract/test-support.ts';
import { LifeCycle } from './life-cycle.ts';

function open() {
  const sink = new RecordingSink();
  const released: string[] = [];
  const sent: string[] = [];
  const life = new LifeCycle(sink, {
    release: async (why) => released.push(why),
    request: async (text) => `${sent.push(text)}`,
  });
  return { sink, released, sent, life };
}

test('a client whose connection ends before it is connected is refused, and its sink is left alone', async () => {
  const { life, sink, released } = open();
  life.end('error', 'no server', 503);
  life.connect();
  await expect(life.connected).rejects.toThrow('no server');
  expect(sink.calls).toBe(0);
  expect(released).toEqual(['no server']);
});

test('the sink is told of the end once, with the first reason, after all is released', async () => {
  const { life, sink, released } = open();
  life.connect();
  life.end('server', 'bye');
  life.end('error', 'reset', 1006);
  expect(await life.connected).toBe(life);
  await life.close();
  expect(sink.closes).toEqual([{ kind: 'server', message: 'bye' }]);
  expect(released).toEqual(['bye']);
});

test('the sink is told the code where there is one', () => {
  const { life, sink } = open();
  life.connect();
  life.end('error', 'gone', 1006);
  expect(sink.closes).toEqual([{ kind: 'error', message: 'gone', code: 1006 }]);
});

test('after a local close the sink is told nothing, and closing twice releases once', async () => {
  const { life, sink, released } = open();
  life.connect();
  await Promise.all([life.close(), life.close()]);
  life.end('error', 'reset');
  expect(sink.calls).toBe(0);
  expect(released).toEqual(['the client is closed']);
});

test('a request is sent until the end, and refused and not sent after it', async () => {
  const { life, sent } = open();
  life.connect();
  expect(await life.request('hello')).toBe('1');
  await life.close();
  await expect(life.request('again')).rejects.toThrow('the client is closed');
  expect(sent).toEqual(['hello']);
});
