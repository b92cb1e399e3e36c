/** The command that measures one scenario of a run again, alone and with all its settings. */

import type { Point, Result } from '../../contract/result.ts';

type Scenario = Result['scenarios'][number];

/** The flags of `npm run bench` that set what points vary; the rest a scenario sets by itself. */
const POINT_FLAGS = {
  clients: '--clients',
  eventsPerSecond: '--rate',
  payloadBytes: '--payload',
  headers: '--headers',
  pollIntervalMs: '--interval',
  rttMs: '--rtt',
  bandwidthBitsPerSecond: '--bandwidth',
  jitterMs: '--jitter',
  link: '--link',
  lossPercent: '--loss',
} as const satisfies Partial<Record<keyof Point, string>>;

/**
 * Every setting is told, also where it was the default: defaults are those of a commit. What differs between the points is not
 * told, for a flag would make them equal; there the scenario's own points hold, as they did in the run.
 */
export function scenarioCommand(
  result: Result,
  { id, lanes, points, rounds, rehearsalSeconds, warmupSeconds, windowSeconds, windowEvents, ledgerShare }: Scenario,
) {
  const mostClients = Math.max(...points.map(({ clients }) => clients));
  const words = [
    ['--profile', result.profile],
    ['--scenarios', id],
    ['--lanes', lanes.join(',')],
    ...(lanes.includes(result.reference) ? [['--reference', result.reference]] : []),
    ['--rounds', rounds],
    ...(rehearsalSeconds === undefined ? [] : [['--rehearsal', rehearsalSeconds]]),
    ['--warmup', warmupSeconds],
    // A flag would end windows that last as long as their events take.
    ...(windowEvents === undefined ? [['--window', windowSeconds]] : []),
    ...pointWords(points),
    ...(ledgerShare === 0 ? [['--no-ledger']] : []),
    // More than clients are refused, and were not started.
    ['--workers', Math.min(result.workers, mostClients)],
    ['--seed', result.seed],
  ];
  return `npm run bench -- ${words.flat().join(' ')}`;
}

function pointWords(points: readonly Point[]): (string | number)[][] {
  const dimensions = Object.keys(POINT_FLAGS) as (keyof typeof POINT_FLAGS)[];
  return dimensions.flatMap((dimension) => {
    const [value, ...others] = new Set(points.map((point) => point[dimension]));
    // Of 0 events/s there is no flag: such a scenario has no other rate.
    const isUnsaid = value === undefined || (dimension === 'eventsPerSecond' && value === 0);
    return isUnsaid || others.length > 0 ? [] : [[POINT_FLAGS[dimension], value]];
  });
}

/** As it was typed, and with its seed, which may have been the default. */
export function runCommand({ command, seed }: Pick<Result, 'command' | 'seed'>): string {
  if (/ --seed[ =]/.test(command)) return command;
  return `${command}${command.includes(' -- ') ? '' : ' --'} --seed ${seed}`;
}
