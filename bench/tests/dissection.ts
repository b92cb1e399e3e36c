/** For the tests: a capture as tshark reads it, and what its fields add up to. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { FRAME_TYPES, type FrameCounts } from '../contract/ledger.ts';

const FIELDS = [
  'tcp.stream',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.flags.syn',
  'tcp.flags.ack',
  'tcp.len',
  'tls.record.content_type',
  'tls.record.length',
  'http.request.method',
  'http.request.uri',
  'http.request.version',
  'http.request.line',
  'http.response.version',
  'http.response.code',
  'http.response.phrase',
  'http.response.line',
  'websocket.opcode',
  'websocket.payload_length',
  'websocket.payload_length_ext_16',
  'websocket.payload_length_ext_64',
  'websocket.mask',
  'http2.type',
  'http2.length',
] as const;

/** A packet's fields. One that occurs more than once has its values in order, one that does not has none. */
export type Packet = Readonly<Record<(typeof FIELDS)[number], readonly string[]>>;

export interface DissectedServer {
  readonly port: number;
  readonly isEncrypted: boolean;
}

const TAB = '\t';
const UNIT_SEPARATOR = '\x1f';

/**
 * The packets of a capture that open a connection or carry bytes for the first time.
 *
 * @param keyLogFile secrets of TLS, in the NSS key log format
 */
export async function dissect(
  capture: string,
  servers: readonly DissectedServer[],
  keyLogFile: string,
): Promise<readonly Packet[]> {
  const { stdout } = await promisify(execFile)(
    'tshark',
    [
      ...['-r', capture, '-Y', 'tcp.flags.syn == 1 || (tcp.len > 0 && !tcp.analysis.retransmission)'],
      ...servers.flatMap(({ port, isEncrypted }) => ['-d', `tcp.port==${port},${isEncrypted ? 'tls' : 'http'}`]),
      // Bodies stay where they are: an event stream has no end to wait for.
      ...['-o', 'http.desegment_body:FALSE', '-o', 'http.dechunk_body:FALSE', '-o', `tls.keylog_file:${keyLogFile}`],
      ...['-T', 'fields', '-E', 'separator=/t', '-E', `aggregator=${UNIT_SEPARATOR}`],
      ...FIELDS.flatMap((field) => ['-e', field]),
    ],
    { maxBuffer: 256 * 1024 * 1024 },
  );
  return stdout.split('\n').filter(Boolean).map(readRow);
}

function readRow(row: string): Packet {
  const columns = row.split(TAB);
  const fields = FIELDS.map((field, index) => [field, columns[index]?.split(UNIT_SEPARATOR).filter(Boolean) ?? []]);
  return Object.fromEntries(fields) as Packet;
}

/** The packets of the last connections that were opened to this port, by direction. */
export function packetsOf(all: readonly Packet[], port: number, connections: number) {
  const isFrom = (packet: Packet) => Number(packet['tcp.srcport'][0]) === port;
  const isTo = (packet: Packet) => Number(packet['tcp.dstport'][0]) === port;
  // A SYN with an ACK goes to a client, whose port may be the number of a server's.
  const isFirst = (packet: Packet) => isTrue(packet['tcp.flags.syn'][0]) && !isTrue(packet['tcp.flags.ack'][0]);
  const opened = all.filter((packet) => isFirst(packet) && isTo(packet));
  const streams = new Set(opened.map((packet) => packet['tcp.stream'][0]).slice(-connections));
  const carrying = all.filter((packet) => streams.has(packet['tcp.stream'][0]) && packet['tcp.len'][0] !== '0');
  return { up: carrying.filter(isTo), down: carrying.filter(isFrom) };
}

export function capturedBytes(packets: readonly Packet[]): number {
  return sum(packets, (packet) => sum(packet['tcp.len'], Number));
}

/** The record's header; after its content stand the content's type and the tag (RFC 8446, sections 5.1 and 5.2). */
const RECORD = { headerBytes: 5, addedBytes: 1 + 16 } as const;
const APPLICATION_DATA = '23';
/** Change cipher spec, handshake (RFC 8446, appendix B.1). */
const HANDSHAKE = ['20', '22'];

/**
 * Records of TLS 1.3 as a whole; those of them that open a connection; and the application data in those that the dissector
 * could open.
 */
export function tlsBytes(packets: readonly Packet[]): { records: number; handshake: number; applicationData: number } {
  const records = packets.flatMap((packet) =>
    packet['tls.record.length'].map((length, index) => ({
      bytes: Number(length),
      type: packet['tls.record.content_type'][index],
    })),
  );
  const applicationData = records.filter(({ type }) => type === APPLICATION_DATA);
  const handshake = records.filter(({ type = '' }) => HANDSHAKE.includes(type));
  const whole = ({ bytes }: { readonly bytes: number }) => RECORD.headerBytes + bytes;
  return {
    records: sum(records, whole),
    handshake: sum(handshake, whole),
    applicationData: sum(applicationData, ({ bytes }) => bytes - RECORD.addedBytes),
  };
}

/** First lines, header lines as they were, empty lines. */
export function headBytes(packets: readonly Packet[], of: 'request' | 'response'): number {
  return sum(packets, (packet) => {
    const [start, lines] =
      of === 'request'
        ? [
            [packet['http.request.method'], packet['http.request.uri'], packet['http.request.version']],
            packet['http.request.line'],
          ]
        : [
            [packet['http.response.version'], packet['http.response.code'], packet['http.response.phrase']],
            packet['http.response.line'],
          ];
    // Each of the three ends with a space or a line end; tshark shows the end of a header line in four characters.
    const startBytes = sum(start, (words) => sum(words, (word) => word.length + 1));
    const lineEnds = start[0]?.length ?? 0;
    return startBytes + lineEnds + sum(lines, (line) => line.length - 2) + 2 * lineEnds;
  });
}

const FIRST_CONTROL_OPCODE = 8;

/** Frames of RFC 6455, section 5.2. */
export function websocketBytes(packets: readonly Packet[]): { payload: number; framing: number; control: number } {
  const sums = { payload: 0, framing: 0, control: 0 };
  for (const packet of packets) {
    // 126 and 127 stand for a longer form, whose values have a list of their own.
    const longer = new Map([
      ['126', packet['websocket.payload_length_ext_16'].values()],
      ['127', packet['websocket.payload_length_ext_64'].values()],
    ]);
    for (const [index, opcode] of packet['websocket.opcode'].entries()) {
      const short = packet['websocket.payload_length'][index] ?? '';
      const payload = Number(longer.get(short)?.next().value ?? short);
      const maskBytes = isTrue(packet['websocket.mask'][index]) ? 4 : 0;
      const framing = 2 + (payload > 65_535 ? 8 : payload > 125 ? 2 : 0) + maskBytes;
      if (Number(opcode) >= FIRST_CONTROL_OPCODE) sums.control += payload + framing;
      else Object.assign(sums, { payload: sums.payload + payload, framing: sums.framing + framing });
    }
  }
  return sums;
}

/** RFC 9113, section 4.1. */
const FRAME_HEADER_BYTES = 9;

export function http2Frames(packets: readonly Packet[]): FrameCounts {
  const frames = packets.flatMap((packet) =>
    packet['http2.type'].map((type, index) => ({
      name: FRAME_TYPES[Number(type)] ?? ('EXTENSION' as const),
      bytes: FRAME_HEADER_BYTES + Number(packet['http2.length'][index]),
    })),
  );
  const names = new Set(frames.map(({ name }) => name));
  const counts = [...names].map((name) => {
    const ofType = frames.filter((frame) => frame.name === name);
    return [name, { count: ofType.length, bytes: sum(ofType, ({ bytes }) => bytes) }];
  });
  return Object.fromEntries(counts);
}

/** Flags are 1 or True, by tshark's version. */
function isTrue(flag: string | undefined): boolean {
  return flag === '1' || flag?.toLowerCase() === 'true';
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
