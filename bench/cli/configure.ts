/** Flags → a configuration, checked as a whole before anything starts. */

import type { Command } from 'commander';
import { lanes } from '../catalogue/lanes.ts';
import { type Profile, pointsOf, profiles } from '../catalogue/profiles.ts';
import { type Scenario, scenarios } from '../catalogue/scenarios.ts';
import { MAX_PAYLOAD_BYTES, MIN_PAYLOAD_BYTES } from '../contract/event.ts';
import { bitsPerSecond, decimal, splitList, wholeNumber } from '../contract/flags.ts';
import { HEADER_PROFILES, type HeaderProfile } from '../contract/headers.ts';
import { type Lane, withInterval } from '../contract/lane.ts';
import { connectedClients } from '../contract/reading.ts';
import type { Point } from '../contract/result.ts';
import { MAX_MESSAGE_BYTES } from '../contract/transport.ts';
import type { MachineLimits } from '../machine/limits.ts';
import { distinct, type PlannedScenario, type RunConfig } from '../run/plan.ts';

export interface BenchFlags {
  readonly profile: string;
  readonly lanes?: string[];
  readonly scenarios?: string[];
  readonly rounds?: number;
  readonly clients?: number;
  readonly rate?: number;
  readonly payload?: number;
  readonly interval?: number;
  readonly headers?: string;
  readonly rtt?: number;
  readonly bandwidth?: number;
  readonly jitter?: number;
  readonly link?: string;
  readonly loss?: number;
  readonly ledger: boolean;
  readonly rehearsal?: number;
  readonly warmup?: number;
  readonly window?: number;
  readonly workers?: number;
  readonly reference?: string;
  readonly seed: number;
}

/** Wrong use: the message names the flag, the value and what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Descriptors that a process needs besides its clients' sockets. */
export const SPARE_DESCRIPTORS = 64;
/** Publishing instants stray, so that they don't run in step with poll timers; half of each slot stays quiet. */
const JITTER = 0.5;
/** Before each cell, unless its scenario says otherwise. */
const REHEARSAL_SECONDS = 0.4;
const DEFAULT_REFERENCE = 'websocket';
/** What can give a distance: a process of ours, or the kernel. */
const LINKS = [{ id: 'process' }, { id: 'netem' }] as const;
/** Around a message, where it goes as JSON. */
const QUOTES_BYTES = 2;

export function addBenchFlags(command: Command): Command {
  return command
    .option('--profile <name>', `one of ${names(profiles)}`, 'default')
    .option('--lanes <a,b>', `of ${names(lanes)}`, splitList)
    .option('--scenarios <x,y>', `of ${names(scenarios)}`, splitList)
    .option('--rounds <n>', 'how often each cell is measured', wholeNumber(1, 1_000))
    .option('--clients <n>', 'simulated clients', wholeNumber(1, 100_000))
    .option('--rate <r>', 'events per second', decimal(0.01, 10_000))
    .option('--payload <bytes>', "size of an event's text", wholeNumber(MIN_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES))
    .option('--interval <ms>', 'from poll to poll, in lanes that poll', wholeNumber(10, 120_000))
    .option('--headers <profile>', `request headers of the clients: ${HEADER_PROFILES.join(', ')}`)
    .option('--rtt <ms>', 'distance between clients and server: half of it is the delay each way', decimal(0, 1_000))
    .option(
      '--bandwidth <bit/s>',
      'of each connection (with netem: of all), each way, such as 500k or 10M',
      bitsPerSecond(10e3, 1e9),
    )
    .option('--jitter <ms>', 'added to the delay each way, uniform from 0 to this', decimal(0, 200))
    .option(
      '--link <name>',
      'what gives the distance: process (default), or netem (the kernel, in network namespaces: Linux, root)',
    )
    .option('--loss <percent>', 'of the packets each way that get lost; with --link netem', decimal(0, 10))
    .option('--no-ledger', 'no relay reads along with a sample of the clients')
    .option('--rehearsal <seconds>', 'of other clients before each cell, not counted; 0 for none', decimal(0, 60))
    .option('--warmup <seconds>', 'of events before the window', decimal(0.1, 600))
    .option('--window <seconds>', 'length of the measured window', decimal(0.1, 3_600))
    .option('--workers <w>', 'load processes (default: one per core beside the server)', wholeNumber(1, 64))
    .option(
      '--reference <lane>',
      `whom lanes are compared with, but for variants of another lane of the run (default: ${DEFAULT_REFERENCE})`,
    )
    .option('--seed <s>', 'decides order, jitter and poll phases', wholeNumber(0, 2 ** 31 - 1), 1);
}

/** @throws UsageError */
export function configure(flags: BenchFlags, machine: MachineLimits): RunConfig {
  const profile = pick('--profile', [flags.profile], profiles)[0];
  const changes: Partial<Point> = {
    ...(flags.clients !== undefined && { clients: flags.clients }),
    ...(flags.rate !== undefined && { eventsPerSecond: flags.rate }),
    ...(flags.payload !== undefined && { payloadBytes: flags.payload }),
    ...(flags.headers !== undefined && { headers: pickHeaders(flags.headers) }),
    ...(flags.interval !== undefined && { pollIntervalMs: flags.interval }),
    ...(flags.rtt !== undefined && { rttMs: flags.rtt }),
    ...(flags.bandwidth !== undefined && { bandwidthBitsPerSecond: flags.bandwidth }),
    ...(flags.jitter !== undefined && { jitterMs: flags.jitter }),
  };
  const far = linkOf(flags);
  const chosenLanes = pick('--lanes', flags.lanes ?? profile.lanes, lanes);
  const chosen = pick('--scenarios', flags.scenarios ?? profile.scenarios, scenarios);
  const planned = chosen.flatMap((scenario) => {
    const wanted = scenario.everyLane && flags.lanes === undefined ? lanes : chosenLanes;
    return planScenario(scenario, wanted, { profile, flags, changes, far }) ?? [];
  });
  if (planned.length === 0)
    throw new UsageError(`--lanes ${names(chosenLanes)}: no scenario of the profile takes them`);
  const usedLanes = lanes.filter(({ id }) => planned.some((scenario) => scenario.lanes.includes(id)));
  const reference = flags.reference ?? DEFAULT_REFERENCE;
  if (flags.reference !== undefined) pick('--reference', [reference], usedLanes);
  const config: RunConfig = {
    profile: profile.id,
    lanes: usedLanes,
    scenarios: planned,
    workers: flags.workers ?? machine.workers,
    reference,
    seed: flags.seed,
  };
  checkLink(config, flags);
  checkPoints(config.scenarios.flatMap(({ points }) => points));
  checkClients(config, machine, flags.workers);
  return config;
}

interface Choices {
  readonly profile: Profile;
  readonly flags: BenchFlags;
  /** What flags say of every point. */
  readonly changes: Partial<Point>;
  /** And of those with a distance. */
  readonly far: Partial<Point>;
}

/**
 * @returns undefined for a scenario of the profile's whose question none of the lanes can answer
 * @throws UsageError for one that was asked for
 */
function planScenario(
  scenario: Scenario,
  lanes: readonly Lane[],
  { profile, flags, changes, far }: Choices,
): PlannedScenario | undefined {
  const { id, title, question, figures, takes = () => true, windowEvents, limit } = scenario;
  const taken = lanes.filter((lane) => takes(withInterval(lane, changes.pollIntervalMs))).map(({ id }) => id);
  if (taken.length === 0) {
    if (flags.scenarios === undefined) return undefined;
    throw new UsageError(`--scenarios ${id}: none of the lanes ${names(lanes)} can be measured in it`);
  }
  const points = pointsOf(scenario, profile);
  return {
    id,
    title,
    question,
    procedure: scenario.procedure ?? 'deliver',
    lanes: taken,
    points: distinct(points.map((point) => withLink(changed(point, changes), far))),
    figures: [...figures],
    rounds: flags.rounds ?? scenario.rounds ?? profile.rounds,
    rehearsalSeconds: flags.rehearsal ?? scenario.rehearsalSeconds ?? REHEARSAL_SECONDS,
    warmupSeconds: flags.warmup ?? scenario.warmupSeconds ?? profile.warmupSeconds,
    windowSeconds: flags.window ?? scenario.windowSeconds ?? profile.windowSeconds,
    ...(windowEvents !== undefined && flags.window === undefined && { windowEvents }),
    ...(limit && { limit }),
    jitter: scenario.jitter ?? JITTER,
    ledgerShare: flags.ledger ? scenario.ledgerShare : 0,
  };
}

/** Where nothing is published, a rate would make it another question. */
function changed(point: Point, { eventsPerSecond = point.eventsPerSecond, ...changes }: Partial<Point>): Point {
  return { ...point, ...changes, eventsPerSecond: point.eventsPerSecond === 0 ? 0 : eventsPerSecond };
}

function withLink(point: Point, far: Partial<Point>): Point {
  return point.rttMs === undefined ? point : { ...point, ...far };
}

/** What a point says of its link: nothing of the one that is a process. */
function linkOf({ link, loss }: BenchFlags): Partial<Point> {
  const isNetem = link !== undefined && pick('--link', [link], LINKS)[0].id === 'netem';
  if (loss !== undefined && !isNetem) {
    throw new UsageError(`--loss ${loss}: needs --link netem; only a kernel can lose segments`);
  }
  return { ...(isNetem && { link: 'netem' }), ...(loss !== undefined && { lossPercent: loss }) };
}

function pickHeaders(name: string): HeaderProfile {
  return pick(
    '--headers',
    [name],
    HEADER_PROFILES.map((id) => ({ id })),
  )[0].id;
}

/** Link, bandwidth and jitter are a distance's, and what is said must fit through. */
function checkLink({ scenarios }: RunConfig, { bandwidth, jitter, link: chosen }: BenchFlags): void {
  const points = scenarios.flatMap((scenario) => scenario.points);
  if (chosen !== undefined && points.every(({ rttMs }) => rttMs === undefined)) {
    throw new UsageError(`--link ${chosen}: needs a distance; add --rtt, from 0 ms`);
  }
  for (const point of points) {
    const { rttMs, bandwidthBitsPerSecond, jitterMs, eventsPerSecond, payloadBytes, clients, link } = point;
    if (rttMs === undefined && (bandwidthBitsPerSecond ?? jitterMs) !== undefined) {
      const flag = bandwidth === undefined ? `--jitter ${jitter}` : `--bandwidth ${bandwidth}`;
      throw new UsageError(`${flag}: needs a distance; add --rtt, from 0 ms`);
    }
    const sharing = link === undefined ? 1 : clients;
    const needed = eventsPerSecond * payloadBytes * 8 * sharing;
    if ((bandwidthBitsPerSecond ?? Number.POSITIVE_INFINITY) < needed) {
      throw new UsageError(
        `--bandwidth ${bandwidthBitsPerSecond}: ${eventsPerSecond} events/s of ${payloadBytes} B ${sharing > 1 ? `to ${sharing} clients ` : ''}take ${needed} bit/s and more`,
      );
    }
  }
}

/**
 * A message must fit into what a server takes.
 *
 * @throws UsageError
 */
export function checkPoints(points: readonly Point[]): void {
  for (const { messagesPerSecond, payloadBytes } of points) {
    const mostBytes = MAX_MESSAGE_BYTES - QUOTES_BYTES;
    if (messagesPerSecond !== undefined && payloadBytes > mostBytes) {
      throw new UsageError(`--payload ${payloadBytes}: messages to the server are of at most ${mostBytes} bytes`);
    }
  }
}

/** The most clients that every process of a run can hold, and why no more. */
function checkClients(
  { scenarios }: RunConfig,
  { fileDescriptors, localPorts }: MachineLimits,
  workers: number | undefined,
): void {
  const points = scenarios.flatMap((scenario) => scenario.points);
  for (const point of points) {
    const clients = connectedClients(point);
    // A link that is a process has a socket on both sides for each.
    const perClient = point.rttMs !== undefined && point.link === undefined ? 2 : 1;
    const descriptors = Math.floor(((fileDescriptors ?? Number.POSITIVE_INFINITY) - SPARE_DESCRIPTORS) / perClient);
    if (clients > descriptors) {
      throw new UsageError(
        `--clients ${clients}: a process may hold ${fileDescriptors} files and sockets here, which allows ${descriptors} clients; raise the limit with ulimit -n`,
      );
    }
  }
  const clients = Math.max(...points.map(connectedClients));
  if (clients > (localPorts ?? Number.POSITIVE_INFINITY)) {
    throw new UsageError(
      `--clients ${clients}: this machine has ${localPorts} local ports for connections (net.ipv4.ip_local_port_range); allowed are as many clients`,
    );
  }
  // Only when asked for: a cell never opens more workers than it has clients.
  const reading = Math.max(...points.map((point) => point.clients));
  if (workers !== undefined && workers > reading) {
    throw new UsageError(`--workers ${workers}: allowed are 1 to ${reading}, the number of clients`);
  }
}

function pick<T extends { readonly id: string }>(flag: string, ids: readonly string[], all: readonly T[]): [T, ...T[]] {
  const found = ids.map((id) => {
    const one = all.find((candidate) => candidate.id === id);
    if (one) return one;
    throw new UsageError(`${flag} ${id}: allowed are ${names(all)}`);
  });
  const [first, ...others] = found;
  if (!first) throw new UsageError(`${flag}: at least one of ${names(all)} is needed`);
  return [first, ...others];
}

function names(all: readonly { readonly id: string }[]): string {
  return all.map(({ id }) => id).join(', ');
}
