/**
 * The table of what a point of a scenario can set. The schema of points, the flags that override them, their texts, order and
 * axes, and the columns of `cells.csv` come from it, so that a new dimension is one row; `npm run schema` then writes
 * `results/schema.json`. What obeys it is code of its own: processes learn of it by their calls (`calls.ts`). A rehearsal
 * takes it on, unless it is the link's or `bench/run/rehearsal.ts` leaves it out. With an optional one older results stay
 * readable, and the schema keeps its version.
 */

import { z } from 'zod';
import { MAX_PAYLOAD_BYTES, MIN_PAYLOAD_BYTES } from './event.ts';
import { bitsPerSecond, decimal, oneOf, wholeNumber } from './flags.ts';
import { HEADER_PROFILES } from './headers.ts';

type Value = number | string;
/** A point, whatever its dimensions. */
type Settings = Readonly<Record<string, Value | undefined>>;

export interface Dimension {
  readonly key: string;
  /** `Payload`: names a sweep. */
  readonly name: string;
  readonly schema: z.ZodType<Value | undefined>;
  /** @param value as the page prints it; a number is in the axis's unit */
  readonly text: (value: string) => string;
  /** Text for a point that leaves it out, beside points that set it. */
  readonly unset?: string;
  /** What a chart along it needs; without one it is not charted along. */
  readonly axis?: {
    /** Empty for a count. */
    readonly unit: string;
    /** How much of the point's unit makes one of the axis's. @default 1 */
    readonly scale?: number;
    /** Where a point that leaves it out stands; without it, nowhere. */
    readonly unset?: number;
  };
  readonly values?: readonly string[];
  /** The value that a point which leaves it out is sorted as. @default -1 */
  readonly unsetRank?: number;
  /** May be set at some points of a sweep along another dimension, or left out by lanes that it does not concern. */
  readonly isPartiallySet?: true;
  /** Belongs to the link between clients and server: what the link does, or what makes it, which texts name last. */
  readonly link?: 'setting' | 'kind';
  readonly flag?: Flag;
  /** The value of the flag that a point leaves out. */
  readonly flagDefault?: string;
  /** Which points the flag sets; all without it. */
  readonly takesFlag?: (point: Settings) => boolean;
}

type Flag = ReturnType<typeof flag>;

/**
 * @param option not `--no-…`, which commander takes for the negation of another flag
 * @param parse throws an error that says what is allowed
 */
function flag(option: string, help: string, parse: (text: string) => Value) {
  return { name: option.slice(2).split(' ')[0] ?? '', option, help, parse };
}

const count = z.int().nonnegative();
const amount = z.number().nonnegative();

const counted = (number: string, noun: string) => `${number} ${noun}${number === '1' ? '' : 's'}`;
const perSecond = (number: string, noun: string) => `${counted(number, noun)}/s`;
const isDistant = ({ rttMs }: Settings) => rttMs !== undefined;

/** In the order of the columns of `cells.csv`; points are sorted and described in the same order, with the link last. */
const TABLE = [
  {
    key: 'clients',
    name: 'Clients',
    schema: count.min(1).describe('That read to the end'),
    text: (number) => counted(number, 'client'),
    axis: { unit: '' },
    flag: flag('--clients <n>', 'simulated clients', wholeNumber(1, 100_000)),
  },
  {
    key: 'eventsPerSecond',
    name: 'Rate',
    schema: amount.describe('0 where nothing is published'),
    text: (number) => (number === '0' ? 'no events' : perSecond(number, 'event')),
    axis: { unit: 'events/s' },
    flag: flag('--rate <r>', 'events per second', decimal(0.01, 10_000)),
    // A rate would turn a scenario without events into another question.
    takesFlag: ({ eventsPerSecond }) => eventsPerSecond !== 0,
  },
  {
    key: 'payloadBytes',
    name: 'Payload',
    schema: count,
    text: (number) => `${number} B payload`,
    axis: { unit: 'B' },
    flag: flag('--payload <bytes>', "size of an event's text", wholeNumber(MIN_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES)),
  },
  {
    key: 'headers',
    name: 'Headers',
    schema: z.enum(HEADER_PROFILES).describe('Which HTTP request headers the clients send'),
    text: (profile) => `${profile} headers`,
    values: HEADER_PROFILES,
    flag: flag(
      '--headers <profile>',
      `request headers of the clients: ${HEADER_PROFILES.join(', ')}`,
      oneOf('--headers', HEADER_PROFILES),
    ),
  },
  {
    key: 'pollIntervalMs',
    name: 'Poll interval',
    schema: count.optional().describe("In place of the interval of a lane's own, where it polls"),
    text: (number) => `polled every ${number} ms`,
    unset: 'no poll interval set',
    axis: { unit: 'ms' },
    isPartiallySet: true,
    flag: flag('--interval <ms>', 'from poll to poll, in lanes that poll', wholeNumber(10, 120_000)),
  },
  {
    key: 'rttMs',
    name: 'RTT',
    schema: amount.optional().describe('Distance between clients and server; without it there is no link between them'),
    text: (number) => `RTT ${number} ms`,
    unset: 'without a link',
    axis: { unit: 'ms' },
    link: 'setting',
    flag: flag(
      '--rtt <ms>',
      'distance between clients and server: half of it is the delay each way',
      decimal(0, 1_000),
    ),
  },
  {
    key: 'bandwidthBitsPerSecond',
    name: 'Bandwidth',
    schema: z.number().positive().optional().describe('Of the link, per connection and direction'),
    text: (number) => `${number} kbit/s`,
    unset: 'unlimited',
    axis: { unit: 'kbit/s', scale: 1e3 },
    unsetRank: Number.MAX_VALUE,
    link: 'setting',
    flag: flag(
      '--bandwidth <bit/s>',
      'of each connection (with netem: of all), each way, such as 500k or 10M',
      bitsPerSecond(10e3, 1e9),
    ),
  },
  {
    key: 'stalledClients',
    name: 'Stalled clients',
    schema: count
      .optional()
      .describe(
        'Besides the clients: they stop reading when the window begins and are no part of the audit, and the bytes of both sides need not agree',
      ),
    text: (number) => `${number === '0' ? 'no client' : counted(number, 'more client')} stalled`,
    unset: 'none to stall',
    axis: { unit: '' },
  },
  {
    key: 'messagesPerSecond',
    name: 'Messages',
    schema: z
      .number()
      .positive()
      .optional()
      .describe('From each of the clients to the server, of payloadBytes each, echoed'),
    text: (number) => `${perSecond(number, 'message')} each`,
    unset: 'no messages',
    axis: { unit: 'messages/s each' },
  },
  {
    key: 'heldEvents',
    name: 'Events held',
    schema: count.optional().describe('Of a closed loop of polls: events that each finds'),
    text: (number) => `each poll finds ${number === '0' ? 'no event' : counted(number, 'event')}`,
    unset: 'no closed loop',
    axis: { unit: 'events a poll' },
  },
  {
    key: 'jitterMs',
    name: 'Jitter',
    schema: amount.optional().describe("Added to the link's delay in each direction, uniform from 0 to this"),
    text: (number) => `jitter ${number} ms`,
    unset: 'without jitter',
    axis: { unit: 'ms', unset: 0 },
    unsetRank: 0,
    link: 'setting',
    flag: flag('--jitter <ms>', 'added to the delay each way, uniform from 0 to this', decimal(0, 200)),
  },
  {
    key: 'link',
    name: 'Link',
    schema: z
      .literal('netem')
      .optional()
      .describe(
        "The distance is the kernel's, between two network namespaces: each packet has its jitter, one may overtake another, and all connections share the bandwidth. Without it, it is a process of Pushlab's own",
      ),
    text: (kind) => kind,
    unset: 'by a process',
    values: ['netem'],
    link: 'kind',
    flag: flag(
      '--link <name>',
      'what gives the distance: process (default), or netem (the kernel, in network namespaces: Linux, root)',
      oneOf('--link', ['process', 'netem']),
    ),
    flagDefault: 'process',
    takesFlag: isDistant,
  },
  {
    key: 'lossPercent',
    name: 'Loss',
    schema: z.number().min(0).max(100).optional().describe('Of the packets in each direction that netem drops'),
    text: (number) => `loss ${number} %`,
    unset: 'without loss',
    axis: { unit: '%', unset: 0 },
    link: 'setting',
    flag: flag('--loss <percent>', 'of the packets each way that get lost; with --link netem', decimal(0, 10)),
    takesFlag: isDistant,
  },
] as const satisfies readonly Dimension[];

type Row = (typeof TABLE)[number];
export type DimensionKey = Row['key'];

export const DIMENSIONS: readonly (Dimension & { readonly key: DimensionKey })[] = TABLE;

export const pointShape = Object.fromEntries(TABLE.map(({ key, schema }) => [key, schema])) as {
  [R in Row as R['key']]: R['schema'];
};

export interface DeclaredAxes {
  /** What differs between the points of a scenario: the dimension to compare along first. @default nothing */
  readonly varies?: DimensionKey | readonly DimensionKey[];
  /** What has another value at each of them, in step with what is varied. */
  readonly covaries?: readonly DimensionKey[] | undefined;
}

/** The same, as a result records it. */
export interface Axes {
  varies: DimensionKey[];
  covaries?: DimensionKey[] | undefined;
}

/**
 * What is left of a scenario's axes where flags made points equal. Where none of them differs any more, what else does takes
 * their place.
 */
export function axesOf(points: readonly Settings[], { varies = [], covaries = [] }: DeclaredAxes): Axes {
  const isVaried = (key: DimensionKey) => new Set(points.map((point) => point[key])).size > 1;
  const [axes, covarying] = [[varies].flat().filter(isVaried), covaries.filter(isVaried)];
  if (axes.length > 0) return { varies: axes, ...(covarying.length > 0 && { covaries: covarying }) };
  const others = DIMENSIONS.filter(({ key }) => isVaried(key));
  const everywhere = others.filter(({ isPartiallySet }) => !isPartiallySet);
  return { varies: (everywhere.length > 0 ? everywhere : others).map(({ key }) => key) };
}
