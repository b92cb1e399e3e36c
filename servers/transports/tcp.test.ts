import { describe, expect, test } from 'vitest';
import { eventOf, eventually, eventWith, range } from '../../bench/contract/test-support.ts';
import { openServer, RawClient, type TestServer } from '../tests/support.ts';
import { tcp } from './tcp.ts';

async function join(server: TestServer, line: string): Promise<RawClient> {
  const before = server.clientCount;
  const client = await RawClient.connect(server.port);
  client.send(line);
  await eventually(() => expect(server.clientCount).toBe(before + 1));
  return client;
}

const lineOf = (seq: number) => `${eventOf(seq).text}\n`;

describe('a client of the TCP port', () => {
  test('gets one event per line, from the next one on, after an empty line', async () => {
    const server = await openServer(tcp);
    server.feed.publish(eventOf(1));
    const client = await join(server, '\n');
    server.feed.publish(eventOf(2));
    server.feed.publish(eventWith(3, '{"seq":3,"due":0,"pad":"é🚀\u2028"}'));
    await client.sees('"seq":3');
    await eventually(() => expect(client.text).toBe(`${lineOf(2)}{"seq":3,"due":0,"pad":"é🚀\u2028"}\n`));
  });

  test.each(['since=1\n', 'since=1\r\n'])('resumes after %j', async (line) => {
    const server = await openServer(tcp);
    for (const seq of range(1, 3)) server.feed.publish(eventOf(seq));
    const client = await join(server, line);
    await eventually(() => expect(client.text).toBe(lineOf(2) + lineOf(3)));
  });

  test('gets an empty line first when it asks for one', async () => {
    const server = await openServer(tcp);
    for (const seq of range(1, 2)) server.feed.publish(eventOf(seq));
    const live = await join(server, 'ack=1\n');
    await eventually(() => expect(live.text).toBe('\n'));
    const returned = await join(server, 'since=1&ack=1\n');
    await eventually(() => expect(returned.text).toBe(`\n${lineOf(2)}`));
  });

  test('may send its line in pieces, and more than that', async () => {
    const server = await openServer(tcp);
    for (const seq of range(1, 2)) server.feed.publish(eventOf(seq));
    const client = await RawClient.connect(server.port);
    for (const piece of ['si', 'nce', '=1']) {
      const { receivedBytes } = server.host.meter.read();
      client.send(piece);
      await eventually(() => expect(server.host.meter.read().receivedBytes).toBe(receivedBytes + piece.length));
    }
    expect(server.clientCount).toBe(0);
    client.send(`\n${'"hello"\n'.repeat(100)}`);
    await eventually(() => expect(client.text).toBe(lineOf(2) + '{"echo":"hello"}\n'.repeat(100)));
  });

  test('gets every further line of its own back, and events between', async () => {
    const server = await openServer(tcp);
    const client = await join(server, '\n');
    client.send('"one\\ntwo"\n{"any": [1.0]}\r\n');
    const echoes = '{"echo":"one\\ntwo"}\n{"echo":{"any": [1.0]}}\n';
    await eventually(() => expect(client.text).toBe(echoes));
    server.feed.publish(eventOf(1));
    const longest = JSON.stringify('x'.repeat(65_534));
    client.send(`${longest}\n`);
    await eventually(() => expect(client.text).toBe(`${echoes}${lineOf(1)}{"echo":${longest}}\n`));
  });

  test('that sends and does not read is cut off', async () => {
    const server = await openServer(tcp, { maxBacklogBytes: 100_000 });
    const client = await join(server, '\n');
    client.socket.pause();
    const message = `${JSON.stringify('x'.repeat(60_000))}\n`;
    const flood = setInterval(() => client.send(message), 0);
    await eventually(() => expect(server.cutOffCount).toBe(1)).finally(() => clearInterval(flood));
    expect(server.clientCount).toBe(0);
  });

  test('is told of a gap in a line of its own', async () => {
    const server = await openServer(tcp, {}, { ring: { events: 2, bytes: 1e6 } });
    for (const seq of range(1, 5)) server.feed.publish(eventOf(seq));
    const client = await join(server, 'since=1\n');
    await eventually(() => expect(client.text).toBe(`{"gap":{"after":1,"oldest":4}}\n${lineOf(4)}${lineOf(5)}`));
  });

  test('is ended when the server closes', async () => {
    const server = await openServer(tcp);
    const joined = await join(server, '\n');
    const silent = await RawClient.connect(server.port);
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(2));
    await server.close();
    await joined.seesEnd();
    await silent.seesEnd();
    expect(server.feed.subscriberCount).toBe(0);
  });
});

describe('bad input on the TCP port', () => {
  const TOO_LONG = '{"error":{"message":"the line is longer than 256 bytes"}}\n';
  const since = (value: string) =>
    `{"error":{"parameter":"since","value":"${value}","allowed":"a whole number from 0 to 9007199254740991, the seq of an event"}}\n`;

  test.each([
    ['since=abc\n', since('abc')],
    ['since=-1\n', since('-1')],
    ['since=1.5\n', since('1.5')],
    ['since=\n', since('')],
    ['since=1&since=2\n', '{"error":{"parameter":"since","value":"2","allowed":"one value"}}\n'],
    ['ack=yes\n', '{"error":{"parameter":"ack","value":"yes","allowed":"1, or nothing"}}\n'],
    ['hello\n', '{"error":{"parameter":"hello","value":"","allowed":"one of the parameters since, ack"}}\n'],
    ['GET / HTTP/1.1\r\n\r\n', undefined],
    [`${'x'.repeat(257)}`, TOO_LONG],
    [`since=${'0'.repeat(300)}1\n`, TOO_LONG],
    [Buffer.from([0, 255, 254, 10]), undefined],
  ])('is answered one error line, and others notice nothing: %j', async (line, answer) => {
    const server = await openServer(tcp);
    const bystander = await join(server, '\n');
    const client = await RawClient.connect(server.port);
    client.send(line);
    await client.seesEnd();
    if (answer === undefined) expect(JSON.parse(client.text)).toMatchObject({ error: {} });
    else expect(client.text).toBe(answer);
    server.feed.publish(eventOf(1));
    await eventually(() => expect(bystander.text).toBe(lineOf(1)));
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(1));
    expect(server.clientCount).toBe(1);
  });

  test.each([
    ['no JSON', 'hello\n', 'the line is not JSON'],
    ['too long', JSON.stringify('x'.repeat(65_535)), 'the line is longer than 65536 bytes'],
  ])('in a message ends the connection with an error line: %s', async (_name, line, message) => {
    const server = await openServer(tcp);
    const bystander = await join(server, '\n');
    const client = await join(server, '\n');
    client.send(line);
    await client.seesEnd();
    expect(JSON.parse(client.text)).toEqual({ error: { message } });
    expect(server.clientCount).toBe(1);
    server.feed.publish(eventOf(1));
    await eventually(() => expect(bystander.text).toBe(lineOf(1)));
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(1));
  });

  test('in a message ends the connection of a client that keeps its side open', async () => {
    const server = await openServer(tcp, { deadlineMs: 50 });
    const client = await RawClient.connect(server.port, true);
    client.send('\nhello\n');
    await client.seesEnd();
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(0));
  });

  test('takes a line of the longest length', async () => {
    const server = await openServer(tcp);
    server.feed.publish(eventOf(1));
    const client = await join(server, `since=${'0'.repeat(250)}\n`);
    await eventually(() => expect(client.text).toBe(lineOf(1)));
  });

  test('ends a client that sends no line within the deadline, refused or not', async () => {
    const server = await openServer(tcp, { deadlineMs: 20 });
    const clients = await Promise.all(range(1, 3).map(() => RawClient.connect(server.port, true)));
    clients[0]?.send('since=1');
    clients[1]?.send('since=x\n');
    await eventually(() => expect(server.host.meter.read().connections).toBe(3));
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(0));
  });

  test('does not end a client that sent its line in time', async () => {
    const server = await openServer(tcp, { deadlineMs: 200 });
    const joined = await join(server, '\n');
    // Its time would be up before that of this one.
    const late = await RawClient.connect(server.port);
    await late.seesEnd();
    server.feed.publish(eventOf(1));
    await eventually(() => expect(joined.text).toBe(lineOf(1)));
  });

  test.each(['destroy', 'resetAndDestroy'] as const)('a client that goes harms nobody (%s)', async (go) => {
    const server = await openServer(tcp);
    const bystander = await join(server, '\n');
    const inLine = await RawClient.connect(server.port);
    inLine.send('since=');
    const inStream = await join(server, 'since=0\n');
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(3));
    server.feed.publish(eventOf(1));
    for (const { socket } of [inLine, inStream]) socket[go]();
    server.feed.publish(eventOf(2));
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(1));
    await eventually(() => expect(bystander.text).toBe(lineOf(1) + lineOf(2)));
    expect(server).toMatchObject({ clientCount: 1, cutOffCount: 0 });
  });
});
