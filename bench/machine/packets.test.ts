import { describe, expect, test } from 'vitest';
import { isSteady, parseSegments, type SegmentCount } from './packets.ts';

const SERVER = '127.0.0.1:43461';
/** As `ss` of iproute2 6.1 prints it; a socket that has sent nothing yet says nothing of it. */
const socket = (peer: string, counts: string) =>
  `0      0      ${SERVER} ${peer}\n\t bbr wscale:10,10 rto:200 rtt:0.018/0.009 ${counts} send 145635555556bps lastsnd:204\n`;

const counted = (text: string): SegmentCount => {
  const count = parseSegments(text);
  if (!count) throw new Error('not a count');
  return count;
};

describe('a reading of segments', () => {
  test('sums what the sockets have sent and received, and knows whom they talk to', () => {
    const text =
      socket('127.0.0.1:35578', 'segs_out:7 segs_in:5 data_segs_out:6') +
      socket('127.0.0.1:35566', 'segs_out:2 segs_in:3 data_segs_in:1') +
      socket('[::1]:35570', 'segs_in:2');
    expect(parseSegments(text)).toEqual({
      peers: ['127.0.0.1:35566', '127.0.0.1:35578', '[::1]:35570'],
      sent: 9,
      received: 10,
    });
  });

  test.each(['', socket('127.0.0.1:1', 'cwnd:10')])('is none where the kernel does not tell', (text) => {
    expect(parseSegments(text)).toBeUndefined();
  });
});

describe('two readings', () => {
  const one = socket('127.0.0.1:1001', 'segs_out:2 segs_in:3');
  const other = socket('127.0.0.1:1002', 'segs_out:3 segs_in:4');

  test('are steady when they are of the same connections, in whatever order', () => {
    expect(isSteady(counted(one + other), counted(other + one))).toBe(true);
  });

  test.each([
    ['one connection went and another came', one, other],
    ['one came', one, one + other],
    ['one went', one + other, one],
    ['one went and its port came again', other, socket('127.0.0.1:1002', 'segs_out:1 segs_in:1')],
  ])('are not when %s', (_, before, after) => {
    expect(isSteady(counted(before), counted(after))).toBe(false);
  });
});
