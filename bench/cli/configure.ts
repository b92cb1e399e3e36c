/** Flags → a configuration, checked as a whole before anything starts. */

import type { Command } from 'commander';
import { lanes } from '../catalogue/lanes.ts';
import { type Profile, pointsOf, profiles } from '../catalogue/profiles.ts';
import { type Scenario, scenarios } from '../catalogue/scenarios.ts';
import { axesOf, DIMENSIONS } from '../contract/dimensions.ts';
import { decimal, splitList, UsageError, wholeNumber } from '../contract/flags.ts';
import { type Lane, withInterval } from '../contract/lane.ts';
import { connectedClients, type Point } from '../contract/result.ts';
import { MAX_MESSAGE_BYTES } from '../contract/transport.ts';
import type { MachineLimits } from '../machine/limits.ts';
import { distinct, type PlannedScenario, type RunConfig } from '../run/plan.ts';

/** As commander parsed them; those of dimensions under the name in their row. */
export interface BenchFlags extends Readonly<Record<string, unknown>> {
  readonly profile: string;
  readonly lanes?: string[];
  readonly scenarios?: string[];
  readonly rounds?: number;
  readonly interval?: number;
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

/** Descriptors that a process needs besides its clients' sockets. */
export const SPARE_DESCRIPTORS = 64;
/** Without a spread, events would run in step with poll timers; the rest of each slot stays quiet for readings. */
const ARRIVALS = { process: 'spread', slotShare: 0.5 } as const;
const REHEARSAL_SECONDS = 0.25;
const DEFAULT_REFERENCE = 'websocket';
/** Length of the longest message, without the two quotes around it where it goes as JSON. */
const MAX_TEXT_BYTES = MAX_MESSAGE_BYTES - 2;

export function addBenchFlags(command: Command): Command {
  command
    .option('--profile <name>', `one of ${names(profiles)}`, 'default')
    .option('--lanes <a,b>', `of ${names(lanes)}`, splitList)
    .option('--scenarios <x,y>', `of ${names(scenarios)}`, splitList)
    .option('--rounds <n>', 'how often each cell is measured', wholeNumber(1, 1_000));
  for (const { flag } of DIMENSIONS) if (flag) command.option(flag.option, flag.help, flag.parse);
  return command
    .option('--no-ledger', 'no relay reads along with a sample of the clients')
    .option('--rehearsal <seconds>', 'of other clients before each cell, not counted; 0 for none', decimal(0, 60))
    .option('--warmup <seconds>', 'of events before the window', decimal(0.1, 600))
    .option('--window <seconds>', 'length of the measured window', decimal(0.1, 3_600))
    .option('--workers <w>', 'load processes (default: one per core beside the server)', wholeNumber(1, 64))
    .option(
      '--reference <lane>',
      `the lane that others are compared with, but for variants of another lane of the run (default: ${DEFAULT_REFERENCE})`,
    )
    .option('--seed <s>', 'decides order, jitter and poll phases', wholeNumber(0, 2 ** 31 - 1), 1);
}

/** @throws UsageError */
export function configure(flags: BenchFlags, machine: MachineLimits): RunConfig {
  const profile = pick('--profile', [flags.profile], profiles)[0];
  if (flags.loss !== undefined && flags.link !== 'netem') {
    throw new UsageError(`--loss ${flags.loss}: needs --link netem; only a kernel can lose segments`);
  }
  const chosenLanes = pick('--lanes', flags.lanes ?? profile.lanes, lanes);
  const chosen = pick('--scenarios', flags.scenarios ?? profile.scenarios, scenarios);
  const planned = chosen.flatMap((scenario) => {
    const wanted = scenario.everyLane && flags.lanes === undefined ? lanes : chosenLanes;
    return planScenario(scenario, wanted, profile, flags) ?? [];
  });
  if (planned.length === 0)
    throw new UsageError(`--lanes ${names(chosenLanes)}: no scenario of the profile takes them`);
  const usedLanes = lanes.filter(({ id }) => planned.some((scenario) => scenario.lanes.includes(id)));
  const reference = flags.reference ?? DEFAULT_REFERENCE;
  if (flags.reference !== undefined) pick('--reference', [reference], usedLanes);
  const points = planned.flatMap((scenario) => scenario.points);
  checkLink(points, flags.link);
  checkPoints(points);
  checkClients(points, machine, flags.workers);
  return {
    profile: profile.id,
    lanes: usedLanes,
    scenarios: planned,
    workers: flags.workers ?? machine.workers,
    reference,
    seed: flags.seed,
  };
}

/**
 * Leaves out what can't be measured here.
 *
 * @param tell called with what is left out, and why
 * @throws UsageError where a scenario was asked for by name, or none is left
 */
export async function withoutLacking(
  config: RunConfig,
  asked: readonly string[] | undefined,
  tell: (what: string) => void,
): Promise<RunConfig> {
  const kept: PlannedScenario[] = [];
  for (const planned of config.scenarios) {
    const lack = await scenarios.find(({ id }) => id === planned.id)?.lacks?.();
    if (lack === undefined) kept.push(planned);
    else if (asked !== undefined) throw new UsageError(`--scenarios ${planned.id}: ${lack}`);
    else tell(`${planned.id} is left out: it ${lack}.`);
  }
  if (kept.length === 0) throw new UsageError('none of the scenarios can be measured here');
  return {
    ...config,
    scenarios: kept,
    lanes: config.lanes.filter(({ id }) => kept.some((one) => one.lanes.includes(id))),
  };
}

/**
 * @returns undefined for a scenario of the profile's whose question none of the lanes can answer
 * @throws UsageError for one that was asked for
 */
function planScenario(
  scenario: Scenario,
  lanes: readonly Lane[],
  profile: Profile,
  flags: BenchFlags,
): PlannedScenario | undefined {
  const {
    id,
    title,
    question,
    figures,
    takes = () => true,
    windowEvents,
    limit,
    keepAliveSeconds,
    sharesProcesses,
    roundsPerProcess,
  } = scenario;
  const taken = lanes.filter((lane) => takes(withInterval(lane, flags.interval))).map(({ id }) => id);
  if (taken.length === 0) {
    if (flags.scenarios === undefined) return undefined;
    throw new UsageError(`--scenarios ${id}: none of the lanes ${names(lanes)} can be measured in it`);
  }
  // A page is one client, and a probe stands beside it.
  const taking = scenario.procedure === 'browser' ? { ...flags, clients: undefined } : flags;
  const points = distinct(pointsOf(scenario, profile).map((point) => changed(point, taking)));
  return {
    id,
    title,
    question,
    procedure: scenario.procedure ?? 'deliver',
    lanes: taken,
    points,
    ...axesOf(points, scenario),
    figures: [...figures],
    rounds: flags.rounds ?? scenario.rounds ?? profile.rounds,
    rehearsalSeconds: flags.rehearsal ?? scenario.rehearsalSeconds ?? REHEARSAL_SECONDS,
    warmupSeconds: flags.warmup ?? scenario.warmupSeconds ?? profile.warmupSeconds,
    windowSeconds: flags.window ?? scenario.windowSeconds ?? profile.windowSeconds,
    ...(windowEvents !== undefined && flags.window === undefined && { windowEvents }),
    ...(limit && { limit }),
    ...(sharesProcesses && { sharesProcesses }),
    ...(roundsPerProcess !== undefined && { roundsPerProcess }),
    ...(keepAliveSeconds !== undefined && { keepAliveSeconds }),
    arrivals: scenario.arrivals ?? ARRIVALS,
    ledgerShare: flags.ledger ? scenario.ledgerShare : 0,
  };
}

/** Flags apply in the order of the rows: those of the link are for points that have a distance, which `--rtt` may give. */
function changed(point: Point, flags: BenchFlags): Point {
  let changed = point;
  for (const { key, flag, flagDefault, takesFlag = () => true } of DIMENSIONS) {
    const value = flag && flags[attributeOf(flag.name)];
    if (value !== undefined && value !== flagDefault && takesFlag(changed)) changed = { ...changed, [key]: value };
  }
  return changed;
}

/** Under which commander keeps the value of a flag: `--two-words` as `twoWords`. */
function attributeOf(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function checkLink(points: readonly Point[], chosen: string | undefined): void {
  if (chosen !== undefined && points.every(({ rttMs }) => rttMs === undefined)) {
    throw new UsageError(`--link ${chosen}: needs a distance; add --rtt, from 0 ms`);
  }
  for (const point of points) {
    const { rttMs, bandwidthBitsPerSecond, eventsPerSecond, payloadBytes, clients, link } = point;
    const lone = DIMENSIONS.find((one) => one.link && rttMs === undefined && point[one.key] !== undefined);
    if (lone) throw new UsageError(`--${lone.flag?.name} ${point[lone.key]}: needs a distance; add --rtt, from 0 ms`);
    const sharing = link === undefined ? 1 : clients;
    const needed = eventsPerSecond * payloadBytes * 8 * sharing;
    if ((bandwidthBitsPerSecond ?? Number.POSITIVE_INFINITY) < needed) {
      throw new UsageError(
        `--bandwidth ${bandwidthBitsPerSecond}: ${eventsPerSecond} events/s of ${payloadBytes} B ${sharing > 1 ? `to ${sharing} clients ` : ''}take ${needed} bit/s and more`,
      );
    }
  }
}

/** @throws UsageError where a message does not fit into what a server takes */
export function checkPoints(points: readonly Point[]): void {
  for (const { messagesPerSecond, payloadBytes } of points) {
    if (messagesPerSecond === undefined || payloadBytes <= MAX_TEXT_BYTES) continue;
    throw new UsageError(`--payload ${payloadBytes}: messages to the server are of at most ${MAX_TEXT_BYTES} bytes`);
  }
}

/** @throws UsageError where this machine can't hold as many clients or workers */
export function checkClients(
  points: readonly Point[],
  { fileDescriptors, localPorts }: MachineLimits,
  workers: number | undefined,
): void {
  for (const point of points) {
    const clients = connectedClients(point);
    // The process that is the link has a socket on both sides for each client.
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
  // A default that is too many needs no refusal: a cell never opens more workers than it has clients.
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
