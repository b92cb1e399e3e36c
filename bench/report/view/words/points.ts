/** Points in words, in order, and in sweeps: what a scenario varies is read off its points. */

import { HEADER_PROFILES } from '../../../contract/headers.ts';
import type { Point } from '../../../contract/result.ts';
import { countOf, formatCount, formatSetting } from './format.ts';

interface Dimension {
  /** `Payload`: names a sweep. */
  readonly name: string;
  /** Of its numbers, for an axis; undefined of what has none. */
  readonly unit?: string;
  /** Where a point has a number, in that unit. */
  readonly number?: (point: Point) => number | undefined;
  /** Decides the order; equal where the points agree. */
  readonly rank: (point: Point) => number;
  /** undefined where the point leaves it out. */
  readonly text: (point: Point) => string | undefined;
  /** In a sweep, of a point that leaves it out. */
  readonly unset?: string;
  /** May be set at some points of a sweep along another, where the load would be too much without. */
  readonly isEased?: boolean;
}

/** Of the link between clients and server. */
const LINK_DIMENSIONS: readonly Dimension[] = [
  {
    name: 'RTT',
    unit: 'ms',
    number: ({ rttMs }) => rttMs,
    rank: ({ rttMs }) => rttMs ?? -1,
    text: ({ rttMs }) => (rttMs === undefined ? undefined : `RTT ${formatSetting(rttMs)} ms`),
    unset: 'without a link',
  },
  {
    name: 'Bandwidth',
    unit: 'kbit/s',
    number: ({ bandwidthBitsPerSecond }) => bandwidthBitsPerSecond && bandwidthBitsPerSecond / 1e3,
    rank: ({ bandwidthBitsPerSecond }) => bandwidthBitsPerSecond ?? Number.MAX_VALUE,
    text: ({ bandwidthBitsPerSecond }) =>
      bandwidthBitsPerSecond === undefined ? undefined : `${formatSetting(bandwidthBitsPerSecond / 1e3)} kbit/s`,
    unset: 'unlimited',
  },
  {
    name: 'Jitter',
    unit: 'ms',
    number: ({ jitterMs }) => jitterMs ?? 0,
    rank: ({ jitterMs }) => jitterMs ?? 0,
    text: ({ jitterMs }) => (jitterMs === undefined ? undefined : `jitter ${formatSetting(jitterMs)} ms`),
    unset: 'without jitter',
  },
  {
    name: 'Loss',
    unit: '%',
    number: ({ lossPercent }) => lossPercent ?? 0,
    rank: ({ lossPercent }) => lossPercent ?? -1,
    text: ({ lossPercent }) => (lossPercent === undefined ? undefined : `loss ${formatSetting(lossPercent)} %`),
    unset: 'without loss',
  },
  {
    name: 'Link',
    rank: ({ link }) => (link === undefined ? 0 : 1),
    text: ({ link }) => link,
    unset: 'by a process',
  },
];

const DIMENSIONS: readonly Dimension[] = [
  {
    name: 'Clients',
    unit: '',
    number: ({ clients }) => clients,
    rank: ({ clients }) => clients,
    text: ({ clients }) => countOf(clients, 'client'),
  },
  {
    name: 'Rate',
    unit: 'events/s',
    number: ({ eventsPerSecond }) => eventsPerSecond,
    rank: ({ eventsPerSecond }) => eventsPerSecond,
    text: ({ eventsPerSecond }) => (eventsPerSecond === 0 ? 'no events' : perSecond(eventsPerSecond, 'event')),
  },
  {
    name: 'Payload',
    unit: 'B',
    number: ({ payloadBytes }) => payloadBytes,
    rank: ({ payloadBytes }) => payloadBytes,
    text: ({ payloadBytes }) => `${formatCount(payloadBytes)} B payload`,
  },
  {
    name: 'Headers',
    rank: ({ headers }) => HEADER_PROFILES.indexOf(headers),
    text: ({ headers }) => `${headers} headers`,
  },
  {
    name: 'Poll interval',
    unit: 'ms',
    number: ({ pollIntervalMs }) => pollIntervalMs,
    rank: ({ pollIntervalMs }) => pollIntervalMs ?? 0,
    text: ({ pollIntervalMs }) =>
      pollIntervalMs === undefined ? undefined : `polled every ${formatSetting(pollIntervalMs)} ms`,
    unset: 'no poll interval set',
    isEased: true,
  },
  {
    name: 'Stalled clients',
    unit: '',
    number: ({ stalledClients }) => stalledClients,
    rank: ({ stalledClients }) => stalledClients ?? -1,
    text: ({ stalledClients }) =>
      stalledClients === undefined
        ? undefined
        : `${stalledClients === 0 ? 'no client' : countOf(stalledClients, 'more client')} stalled`,
    unset: 'none to stall',
  },
  {
    name: 'Messages',
    unit: 'messages/s each',
    number: ({ messagesPerSecond }) => messagesPerSecond,
    rank: ({ messagesPerSecond }) => messagesPerSecond ?? 0,
    text: ({ messagesPerSecond }) =>
      messagesPerSecond === undefined ? undefined : `${perSecond(messagesPerSecond, 'message')} each`,
    unset: 'no messages',
  },
  {
    name: 'Events held',
    unit: 'events a poll',
    number: ({ heldEvents }) => heldEvents,
    rank: ({ heldEvents }) => heldEvents ?? -1,
    text: ({ heldEvents }) =>
      heldEvents === undefined
        ? undefined
        : `each poll finds ${heldEvents === 0 ? 'no event' : countOf(heldEvents, 'event')}`,
    unset: 'no closed loop',
  },
  ...LINK_DIMENSIONS,
];

function perSecond(rate: number, noun: string): string {
  return `${formatSetting(rate)} ${noun}${rate === 1 ? '' : 's'}/s`;
}

/** What a sweep varies, as an axis. */
export interface Along {
  /** `Payload` */
  readonly name: string;
  /** `B`; empty of a count. */
  readonly unit: string;
  /** What the sweep's points share and those of other sweeps do not: `20 events/s`; undefined where there is none. */
  readonly fixed: string | undefined;
  /** `rate`: what changes in step with it; undefined where nothing does. */
  readonly inStep: string | undefined;
  /** `polled every 5,000 ms at 10,000 clients`: what is set at some of its points alone; undefined where nothing is. */
  readonly eased: string | undefined;
  /** undefined where a point leaves it out. */
  readonly valueOf: (point: Point) => number | undefined;
}

/** Points of which one setting differs and all others agree. */
export interface Sweep {
  /** `Payload, at browser headers`; undefined of a point that stands alone. */
  readonly title: string | undefined;
  /** undefined of a point that stands alone, and where what is varied has no numbers. */
  readonly along: Along | undefined;
  readonly points: readonly { readonly point: Point; readonly title: string }[];
}

export const keyOf = (point: Point): string => DIMENSIONS.map(({ rank }) => rank(point)).join(' ');

/** From small to large. */
export function comparePoints(a: Point, b: Point): number {
  return DIMENSIONS.reduce((sign, { rank }) => sign || rank(a) - rank(b), 0);
}

export function distinctPoints(points: readonly Point[]): Point[] {
  const distinct = new Map(points.map((point) => [keyOf(point), point]));
  return [...distinct.values()].sort(comparePoints);
}

/** `RTT 100 ms`, and what else is set of the link; nothing where there is none. */
export function linkTexts(point: Point): string[] {
  return LINK_DIMENSIONS.flatMap(({ text }) => text(point) ?? []);
}

/** `1 client · 10 events/s`: what all points have in common. */
export function commonText(points: readonly Point[]): string {
  return texts(points[0], (dimension) => !isVaried(dimension, points)).join(' · ');
}

/** `64 B payload, browser headers`: what tells a point from the others; undefined of a point alone. */
export function variedText(point: Point, points: readonly Point[]): string | undefined {
  const varied = DIMENSIONS.filter((dimension) => isVaried(dimension, points));
  // What is eased at some points alone need not be told of the others.
  const kin = points.filter((other) => varied.every((one) => one.isEased || one.rank(other) === one.rank(point)));
  const unsetText = ({ unset, isEased }: Dimension) => (isEased && kin.length < 2 ? undefined : unset);
  return varied.flatMap((dimension) => dimension.text(point) ?? unsetText(dimension) ?? []).join(', ') || undefined;
}

/**
 * Every point in at least one sweep, with as few sweeps as a simple search finds, the widest first. A point that two sweeps
 * share, such as the middle of a star, stands in both: each is read for itself.
 */
export function sweepsOf(points: readonly Point[]): Sweep[] {
  const varied = DIMENSIONS.filter((dimension) => isVaried(dimension, points));
  const sweeps: Sweep[] = [];
  let left = points;
  while (left.length > 0) {
    // Of sweeps that bring as many new points, the one with more to compare them with.
    const worth = (members: readonly Point[]) => count(members, (point) => left.includes(point)) + members.length / 1e6;
    const [best] = varied
      .flatMap((dimension) => left.map((point) => ({ dimension, members: along(dimension, point, points) })))
      .sort((a, b) => worth(b.members) - worth(a.members));
    const members = best && best.members.length > 1 ? best.members : left.slice(0, 1);
    sweeps.push(sweepAlong(best?.dimension, members, points));
    left = left.filter((point) => !members.includes(point));
  }
  return sweeps;
}

function sweepAlong(dimension: Dimension | undefined, members: readonly Point[], points: readonly Point[]): Sweep {
  if (!dimension || members.length < 2) {
    return {
      title: undefined,
      along: undefined,
      points: members.map((point) => ({ point, title: variedText(point, points) ?? '' })),
    };
  }
  const { name, unit, number } = dimension;
  const inStepOnes = inStepWith(dimension, points);
  const easedOnes = easedAlong(dimension, points);
  const moving = [dimension, ...inStepOnes, ...easedOnes];
  const fixed = texts(members[0], (one) => !moving.includes(one) && isVaried(one, points)).join(', ') || undefined;
  const inStep = inStepOnes.map((one) => one.name.toLowerCase()).join(' and ') || undefined;
  const where = (point: Point) => (text: string) => `${text} at ${dimension.text(point) ?? dimension.unset}`;
  const eased =
    members.flatMap((point) => texts(point, (one) => easedOnes.includes(one)).map(where(point))).join(', ') ||
    undefined;
  return {
    title:
      `${name} varied` +
      (inStep === undefined ? '' : ` and ${inStep} in step with it`) +
      (fixed === undefined ? '' : `, with ${fixed}`) +
      (eased === undefined ? '' : `; ${eased}`),
    along: unit === undefined || !number ? undefined : { name, unit, fixed, inStep, eased, valueOf: number },
    points: members.map((point) => ({
      point,
      title: moving.flatMap(({ text, unset, isEased }) => text(point) ?? (isEased ? [] : unset) ?? []).join(', '),
    })),
  };
}

function along(dimension: Dimension, point: Point, points: readonly Point[]): Point[] {
  const moving = [dimension, ...inStepWith(dimension, points), ...easedAlong(dimension, points)];
  return points.filter((other) =>
    DIMENSIONS.every((one) => moving.includes(one) || one.rank(other) === one.rank(point)),
  );
}

/** Two settings that are other ones may be so by accident; with three, each going with its own, one is made to fit the other. */
const FEWEST_IN_STEP = 3;

function inStepWith(dimension: Dimension, points: readonly Point[]): Dimension[] {
  const distinct = (of: (point: Point) => number | string) => new Set(points.map(of)).size;
  const values = distinct(dimension.rank);
  if (values < FEWEST_IN_STEP) return [];
  return DIMENSIONS.filter(
    (other) =>
      other !== dimension &&
      distinct(other.rank) === values &&
      distinct((point) => `${dimension.rank(point)} ${other.rank(point)}`) === values,
  );
}

/** What is set or not by the value of the dimension alone. */
function easedAlong(dimension: Dimension, points: readonly Point[]): Dimension[] {
  const distinct = (of: (point: Point) => string) => new Set(points.map(of)).size;
  return DIMENSIONS.filter(
    (other) =>
      other !== dimension &&
      other.isEased &&
      isVaried(other, points) &&
      distinct((point) => `${dimension.rank(point)} ${other.rank(point)}`) ===
        distinct((point) => `${dimension.rank(point)}`),
  );
}

function isVaried({ rank }: Dimension, points: readonly Point[]): boolean {
  return new Set(points.map(rank)).size > 1;
}

function texts(point: Point | undefined, isShown: (dimension: Dimension) => boolean): string[] {
  if (!point) return [];
  return DIMENSIONS.filter(isShown).flatMap(({ text }) => text(point) ?? []);
}

function count<T>(all: readonly T[], is: (one: T) => boolean): number {
  return all.filter(is).length;
}
