/** Numbers and bytes in words. */

import type { WireMessage } from '../protocol.ts';

const COUNT = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export const formatCount = (value: number): string => COUNT.format(value);

export function formatBytes(bytes: number): string {
  if (bytes < 10_000) return `${formatCount(bytes)} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

export function formatMs(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1e3).toFixed(0)} s`;
  if (ms >= 1_000) return `${(ms / 1e3).toFixed(ms % 1e3 === 0 ? 0 : 1)} s`;
  return `${ms.toFixed(ms < 10 && !Number.isInteger(ms) ? 1 : 0)} ms`;
}

const OPCODES: Readonly<Record<number, string>> = {
  0: 'continuation',
  1: 'text frame',
  2: 'binary frame',
  8: 'close frame',
  9: 'ping',
  10: 'pong',
};

/** What a message is, in a line. */
export function titleOf({ kind, head = '', body = '', isUp }: WireMessage): string {
  const seq = /\{"seq":(\d+)/.exec(body)?.[1];
  const event = seq === undefined ? '' : `event ${seq}`;
  if (kind === 'request') return head.split(' HTTP/', 1)[0] ?? '';
  if (kind === 'answer') {
    const status = head.slice('HTTP/1.1 '.length).split('\r\n', 1)[0] ?? '';
    return event ? `${status}, from ${event}` : status;
  }
  if (kind === 'part')
    return event || (body.startsWith('retry') ? 'retry' : body.startsWith(':') ? 'comment' : 'chunk');
  const opcode = Number.parseInt(head.slice(1, 2), 16);
  const name = OPCODES[opcode] ?? `opcode ${opcode}`;
  if (opcode === 8) return `${name} ${body}`;
  if (event) return `${name}, ${event}`;
  return isUp || body.startsWith('{"echo"') ? `${name} ${body.slice(0, 40)}` : name;
}

/** All of a message that is known, for who opens it up. */
export function detailOf(message: WireMessage): string {
  const { kind, head, body = '', bytes } = message;
  if (head === undefined) return `${bytes} bytes; too many came at a time to keep this one`;
  if (kind === 'frame') return `${frameInWords(head)}\n\n${body}`;
  if (kind !== 'part') return body ? `${head}\n\n${body}` : head;
  const size = hexBytes(head).slice(0, -2);
  const line = String.fromCharCode(...size);
  return head === ''
    ? body
    : `chunk of ${Number.parseInt(line, 16)} bytes, “${line}” and CR LF before it, CR LF after it\n\n${body}`;
}

const hexBytes = (hex: string) => (hex.match(/../g) ?? []).map((two) => Number.parseInt(two, 16));

/** A frame's head, field by field (RFC 6455, section 5.2). */
function frameInWords(head: string): string {
  const [first = 0, second = 0, ...others] = hexBytes(head);
  const isMasked = second >= 128;
  const short = second % 128;
  const longBytes = short < 126 ? 0 : short === 126 ? 2 : 8;
  const length = longBytes === 0 ? short : others.slice(0, longBytes).reduce((sum, byte) => sum * 256 + byte, 0);
  const spaced = (hex: string) => hex.replace(/..(?=.)/g, '$& ');
  const mask = head.slice(-8);
  const lines = [
    `${head.length / 2} bytes of head: ${spaced(head)}`,
    `${spaced(head.slice(0, 2))}  ${first >= 128 ? 'FIN, ' : ''}opcode ${first % 16}: ${OPCODES[first % 16] ?? 'unknown'}`,
    `${spaced(head.slice(2, 4 + 2 * longBytes))}  ${isMasked ? 'masked' : 'no mask'}, ${length} bytes${longBytes > 0 ? `, said in ${longBytes} more` : ''}`,
    ...(isMasked ? [`${spaced(mask)}  the mask that the content was under`] : []),
  ];
  return lines.join('\n');
}
