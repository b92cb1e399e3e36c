/** Pure: the bytes of a run's own connections as text, in runs of one layer. */

import type { Layer, SampleKind, WireExchange, WireMessage } from '../../../../contract/ledger.ts';
import type { CompletedCell, Result } from '../../../../contract/result.ts';
import type { LaneLabel, Table } from '../../page-model.ts';
import type { Anchors } from '../../words/anchors.ts';
import { formatCount, formatNumber } from '../../words/format.ts';
import { keyOf } from '../../words/points.ts';
import { framesTable, type HandshakeCheck, handshakeCheck } from './websocket.ts';

/** Their names, and the letters that stand for them beside the bytes. */
export const LAYER_LETTERS: Readonly<Record<Layer, { readonly letter: string; readonly name: string }>> = {
  payload: { letter: 'E', name: 'event' },
  framing: { letter: 'F', name: 'framing' },
  chunking: { letter: 'C', name: 'chunk framing of HTTP/1.1' },
  requestHead: { letter: 'H', name: 'HTTP head' },
  responseHead: { letter: 'H', name: 'HTTP head' },
  handshake: { letter: 'O', name: 'opens the connection' },
  control: { letter: 'K', name: 'keeps or closes the connection' },
  tls: { letter: 'S', name: 'TLS' },
};

interface SampledRun {
  readonly layer: Layer;
  readonly bytes: string;
  /** In hexadecimal, where the bytes are no text. */
  readonly text: string;
}

interface SampledMessage {
  readonly who: string;
  /** `508 B, after 0.2 ms` */
  readonly size: string;
  readonly runs: readonly SampledRun[];
}

export interface SampledLane {
  readonly lane: LaneLabel;
  /** `opening 635 B, event 132 B` */
  readonly folded: string;
  readonly exchanges: readonly { readonly title: string; readonly messages: readonly SampledMessage[] }[];
  readonly handshake: HandshakeCheck | undefined;
  readonly frames: Table | undefined;
}

const TITLES: readonly (readonly [kind: SampleKind, title: string, short: string])[] = [
  ['opening', 'The opening', 'opening'],
  ['event', 'An event', 'event'],
  ['empty', 'A poll that brings nothing', 'empty poll'],
  ['keepAlive', 'A keep-alive', 'keep-alive'],
  ['close', 'The close', 'close'],
];
/** A long payload says no more than its beginning. */
const SHOWN_PAYLOAD = 400;

/** Of each lane that has any, in the order of these labels; those of the point that is shown go before those of others. */
export function samplesOf(
  { cells }: Result,
  labels: ReadonlyMap<string, LaneLabel>,
  point: CompletedCell['point'],
  anchors: Anchors,
): SampledLane[] {
  return [...labels].flatMap(([id, lane]) => {
    const mine = cells
      .filter((cell) => cell.state === 'completed')
      .filter((cell) => cell.lane === id && cell.wire.ledger?.samples)
      .sort((a, b) => Number(keyOf(b.point) === keyOf(point)) - Number(keyOf(a.point) === keyOf(point)));
    const all = mine.flatMap(({ wire }) => (wire.ledger?.samples ?? []) as WireExchange[]);
    const found = TITLES.flatMap(([kind, title, short]) => {
      const exchange = all.find((one) => one.kind === kind);
      return exchange ? [{ title, short, exchange }] : [];
    });
    return found.length === 0 ? [] : sampledLane(lane, found, anchors);
  });
}

interface Found {
  readonly title: string;
  readonly short: string;
  readonly exchange: WireExchange;
}

function sampledLane(lane: LaneLabel, found: readonly Found[], anchors: Anchors): SampledLane {
  const opening = found.find(({ exchange }) => exchange.kind === 'opening')?.exchange;
  const handshake = opening && handshakeCheck(opening);
  const others = found.filter(({ exchange }) => exchange !== opening);
  return {
    lane,
    folded: found
      .map(({ short, exchange }) => `${short} ${formatCount(lengthOf(exchange.messages))}\u00a0B`)
      .join(', '),
    exchanges: found.map(({ title, exchange }) => ({
      title: `${title}${exchange.events > 1 ? `: ${formatCount(exchange.events)} at once` : ''}`,
      messages: exchange.messages.map(messageOf),
    })),
    handshake,
    frames: handshake && framesTable(others, anchors.take(`wire frames ${lane.title}`)),
  };
}

function lengthOf(messages: readonly Pick<WireMessage, 'layers'>[]): number {
  return messages.reduce((sum, { layers }) => layers.reduce((all, [, bytes]) => all + bytes, sum), 0);
}

function messageOf(message: WireMessage): SampledMessage {
  const { direction, afterUs, layers } = message;
  const kept = Buffer.from(message.bytes, 'base64');
  const after = afterUs > 0 ? `, after ${formatNumber(afterUs / 1_000)}\u00a0ms` : '';
  let at = 0;
  return {
    who: direction === 'up' ? 'client → server' : 'server → client',
    size: `${formatCount(lengthOf([message]))}\u00a0B${after}`,
    runs: layers.map(([layer, bytes]) => {
      at += bytes;
      const shown = kept.subarray(
        at - bytes,
        Math.min(at, at - bytes + SHOWN_PAYLOAD + (layer === 'payload' ? 0 : 1e6)),
      );
      const left = bytes - shown.length;
      const text = textOf(shown, layer);
      return {
        layer,
        bytes: `${formatCount(bytes)}\u00a0B`,
        text: left > 0 ? `${text} … ${formatCount(left)}\u00a0B more` : text,
      };
    }),
  };
}

/** Text with its line ends written as `\r\n`; bytes that are no text in hexadecimal. */
function textOf(bytes: Buffer, layer: Layer): string {
  // A cut may fall into a character; a payload is text where the rest of it is.
  const text = bytes.toString(layer === 'payload' ? 'utf8' : 'latin1');
  const isHex = layer === 'payload' ? /\ufffd(?!$)/.test(text) : /[^\r\n\t\x20-\x7e]/.test(text);
  if (isHex) return bytes.toString('hex').replaceAll(/..(?=.)/g, '$& ');
  return text.replaceAll('\r', '\\r').replaceAll('\n', '\\n\n').replaceAll('\t', '\\t');
}
