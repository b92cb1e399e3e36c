/**
 * An event's text in fewer bytes, for a transport that carries bytes.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | what follows: 0 for a text as it is, in UTF-8; else {@link TICK}, with {@link SYMBOL} and {@link PRICE} where there are any |
 * | 1–8 | `seq`, seven bits a byte, the low ones first, the high bit set in all but the last (LEB128, as in Protocol Buffers) |
 * | 1–8 | `due` in µs, the same way |
 * | 4 | `symbol` in ASCII |
 * | 1–8 | `price` in hundredths, the same way as `seq` |
 * | rest | `pad` as it stands between its quotes, in UTF-8 |
 *
 * Whatever is no tick of the feed, such as a gap, goes as a text. What comes back is the same text to the byte.
 */

const TEXT = 0;
const TICK = 1;
const SYMBOL = 2;
const PRICE = 4;
const SYMBOL_BYTES = 4;
const HEAD = /^\{"seq":(\d+),"due":(\d+)(?:,"symbol":"([A-Z]{4})"(?:,"price":(\d+\.\d\d))?)?,"pad":"/;
const END = '"}';

interface Head {
  readonly seq: number;
  readonly dueUs: number;
  readonly symbol: string | undefined;
  readonly priceCents: number | undefined;
}

export function encodeBinary(text: string): Buffer {
  const head = readHead(text);
  if (!head) return Buffer.concat([Buffer.of(TEXT), Buffer.from(text)]);
  const { seq, dueUs, symbol, priceCents, length } = head;
  const kind = TICK | (symbol === undefined ? 0 : SYMBOL) | (priceCents === undefined ? 0 : PRICE);
  return Buffer.concat([
    Buffer.of(kind, ...varint(seq), ...varint(dueUs)),
    Buffer.from(symbol ?? '', 'latin1'),
    Buffer.from(priceCents === undefined ? [] : varint(priceCents)),
    Buffer.from(text.slice(length, -END.length)),
  ]);
}

/** @returns the text that was encoded; undefined when nothing encodes to these bytes */
export function decodeBinary(bytes: Buffer): string | undefined {
  const kind = bytes[0];
  if (kind === TEXT) return bytes.toString('utf8', 1);
  if (kind === undefined || !(kind & TICK) || kind > (TICK | SYMBOL | PRICE)) return undefined;
  const cursor = { at: 1 };
  const seq = readVarint(bytes, cursor);
  const dueUs = readVarint(bytes, cursor);
  let symbol: string | undefined;
  if (kind & SYMBOL) {
    symbol = bytes.toString('latin1', cursor.at, cursor.at + SYMBOL_BYTES);
    cursor.at += SYMBOL_BYTES;
  }
  const priceCents = kind & PRICE ? readVarint(bytes, cursor) : undefined;
  if (cursor.at > bytes.length) return undefined;
  return `${writeHead({ seq, dueUs, symbol, priceCents })}${bytes.toString('utf8', cursor.at)}${END}`;
}

function writeHead({ seq, dueUs, symbol, priceCents }: Head): string {
  const symbolField = symbol === undefined ? '' : `,"symbol":"${symbol}"`;
  const priceField = priceCents === undefined ? '' : `,"price":${(priceCents / 100).toFixed(2)}`;
  return `{"seq":${seq},"due":${dueUs}${symbolField}${priceField},"pad":"`;
}

/** The fields before `pad`, and how long they are as text; undefined where they would come back otherwise than they are. */
function readHead(text: string): (Head & { readonly length: number }) | undefined {
  const match = HEAD.exec(text);
  if (!match || text.length < match[0].length + END.length || !text.endsWith(END)) return undefined;
  const [written, seq, due, symbol, price] = match;
  const priceCents = price === undefined ? undefined : Math.round(Number(price) * 100);
  const head = { seq: Number(seq), dueUs: Number(due), symbol, priceCents };
  return writeHead(head) === written ? { ...head, length: written.length } : undefined;
}

/** Seven bits a byte, by division: a seq may have more bits than JavaScript's shifts take. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push(128 | (rest % 128));
  return [...bytes, rest];
}

/** Moves the cursor behind the number; beyond the end where the bytes do. */
function readVarint(bytes: Buffer, cursor: { at: number }): number {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[cursor.at++];
    if (byte === undefined) return value;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
  }
}
