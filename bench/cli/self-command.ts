/** `self`: the laboratory against the smallest programs that do the same. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Self, type SelfRatio, selfSchema } from '../contract/files/self.ts';
import { UsageError } from '../contract/flags.ts';
import { projectRoot } from '../contract/paths.ts';
import { allowedCores, canPin, pinSelf, planPinning } from '../machine/cores.ts';
import { readEnvironment } from '../machine/environment.ts';
import { type MachineLimits, machineLimits } from '../machine/limits.ts';
import { inspectNode } from '../machine/node-binary.ts';
import { Store, writeAtomically } from '../record/store.ts';
import { renderReport } from '../report/page/render.ts';
import { selfText } from '../report/terminal/self.ts';
import { formatRatio } from '../report/view/tables/self-table.ts';
import { LOAD_NODE_FLAGS, NODE_FLAGS } from '../run/children/child.ts';
import { type PlannedPair, plannedPairs } from '../self/pairs.ts';
import { windowShareOf } from '../self/readings.ts';
import { measurePair } from '../self/turns.ts';
import { listenForInterruption } from './bench-command.ts';
import { recordedCommand } from './command-line.ts';
import { SPARE_DESCRIPTORS } from './configure.ts';
import { EXIT } from './exit.ts';
import { openLaboratory } from './laboratory.ts';

export interface SelfFlags {
  readonly clients?: number;
  readonly rate?: number;
  readonly pairs?: string[];
  readonly turns: number;
  readonly run?: string;
}

/** @throws UsageError before anything starts */
export async function self(flags: SelfFlags, results: string, nodePath = process.execPath): Promise<void> {
  const interruption = listenForInterruption();
  const cores = canPin() ? allowedCores() : undefined;
  const node = inspectNode(nodePath, projectRoot);
  const store = new Store(results);
  // One load process: a bare load is one, and so is a core of autocannon.
  const pinning = planPinning(1, cores);
  const setup = { pinning, nodeFlags: NODE_FLAGS, loadNodeFlags: LOAD_NODE_FLAGS, node };
  const environment = readEnvironment(projectRoot, setup);
  const run = timedRun(store, flags.run);
  const unlock = store.lock();
  const { laboratory, close } = await openLaboratory(1, pinning, node);
  const ratios: SelfRatio[] = [];
  const problems: Self['problems'] = [];
  const startedAt = new Date().toISOString();
  const save = (finishedAt: string | null): Self => {
    const command = recordedCommand(process.argv.slice(2), node.versions.node);
    const all: Self = { schemaVersion: 1, startedAt, finishedAt, command, environment, ratios, problems, run };
    writeAtomically(join(results, 'self.json'), `${JSON.stringify(selfSchema.parse(all), null, 1)}\n`);
    return all;
  };
  try {
    const options = { clients: flags.clients, eventsPerSecond: flags.rate };
    const chosen = chosenPairs(plannedPairs(laboratory, node.path, options), flags.pairs);
    const { pairs, left } = feasiblePairs(chosen, machineLimits(cores));
    problems.push(...left);
    for (const { pair, text } of left) console.log(`${pair}: left out: ${text}`);
    if (pinning.relay !== undefined) pinSelf(pinning.relay);
    for (const [at, pair] of pairs.entries()) {
      const place = `[${at + 1}/${pairs.length}] ${pair.id} ÷ ${pair.reference}`;
      try {
        const measured = await measurePair(pair, flags.turns, interruption, (soFar) =>
          console.log(`${place}, turn ${soFar[0]?.turns ?? 0} of at most ${flags.turns}: ${ratiosText(soFar)}`),
        );
        ratios.push(...measured);
      } catch (error) {
        if (interruption.aborted) break;
        const text = error instanceof Error ? error.message : String(error);
        problems.push({ pair: pair.id, text });
        console.error(`${place}: ${text}`);
      }
      save(null);
    }
  } finally {
    await close();
    unlock();
  }
  const all = save(interruption.aborted ? null : new Date().toISOString());
  console.log(`\n${selfText(all, process.stdout.columns)}\n\n${join(results, 'self.json')}`);
  if (interruption.aborted) process.exitCode = EXIT.interrupted;
  else if (problems.length > 0) process.exitCode = EXIT.invalidData;
}

/** Of a group or alone. @throws UsageError for a name that is neither */
export function chosenPairs(all: readonly PlannedPair[], names: readonly string[] | undefined): PlannedPair[] {
  const unknown = names?.find((name) => !all.some(({ id, group }) => id === name || group === name));
  if (unknown !== undefined) {
    const groups = [...new Set(all.map(({ group }) => group))];
    const ids = all.map(({ id }) => id);
    throw new UsageError(`--pairs ${unknown}: allowed are ${groups.join(', ')}, and of these ${ids.join(', ')}`);
  }
  return all.filter(({ id, group }) => !names || names.includes(id) || names.includes(group));
}

/** Those that this machine can hold, and why it can't hold the others. */
export function feasiblePairs(
  pairs: readonly PlannedPair[],
  { fileDescriptors, localPorts }: Pick<MachineLimits, 'fileDescriptors' | 'localPorts'>,
) {
  const left = pairs.flatMap(({ id, mostClients }) => {
    const needed = mostClients + SPARE_DESCRIPTORS;
    if (needed > (fileDescriptors ?? Number.POSITIVE_INFINITY)) {
      const text = `a process may hold ${fileDescriptors} files and sockets here, and ${needed} are needed; raise the limit with ulimit -n ${needed}`;
      return [{ pair: id, text }];
    }
    if (mostClients <= (localPorts ?? Number.POSITIVE_INFINITY)) return [];
    const text = `this machine has ${localPorts} local ports for connections, and ${mostClients} are needed; widen net.ipv4.ip_local_port_range`;
    return [{ pair: id, text }];
  });
  return { pairs: pairs.filter(({ id }) => left.every(({ pair }) => pair !== id)), left };
}

function ratiosText(ratios: readonly SelfRatio[]): string {
  return ratios.map((one) => `${one.measure} ${formatRatio(one)}`).join(', ');
}

/** The run that is named, or the newest of the folder; null without a finished one. */
function timedRun(store: Store, name: string | undefined): Self['run'] {
  const newest = join(store.folder, 'result.json');
  if (name === undefined && !existsSync(newest)) return null;
  const { result } = store.load(name ?? newest);
  const share = windowShareOf(result);
  if (!share) return null;
  const beforeMs = performance.now();
  renderReport(result);
  return { ...share, pageBuildMs: performance.now() - beforeMs };
}
