/** The command that measures one scenario of a run again, alone and with all its settings. */

import { DIMENSIONS } from '../../../contract/dimensions.ts';
import type { Point, Result } from '../../../contract/result.ts';

type Scenario = Result['scenarios'][number];

/**
 * Names every setting, also where it was the default, since defaults are those of a commit. Settings that differ between the
 * points are left to the scenario, as in the run: a flag would make them equal.
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
    // With the flag, windows would end after its seconds, before their events are through.
    ...(windowEvents === undefined ? [['--window', windowSeconds]] : []),
    ...pointWords(points),
    ...(ledgerShare === 0 ? [['--no-ledger']] : []),
    // Workers beyond the number of clients are refused as a flag, and were not started.
    ['--workers', Math.min(result.workers, mostClients)],
    ['--seed', result.seed],
  ];
  return `npm run bench -- ${words
    .flat()
    .map((word) => quoteWord(String(word)))
    .join(' ')}`;
}

/** Quoted where a shell would split or expand it; without what would end its line. */
export function quoteWord(word: string): string {
  if (SAFE_WORD.test(word)) return word;
  return `'${word.replace(/\p{Cc}|`/gu, '?').replaceAll("'", "'\\''")}'`;
}

/** A command as it was recorded; undefined where a shell would do anything but measure with it. */
export function recordedWords(command: string): string | undefined {
  return RECORDED.test(command) ? command : undefined;
}

const SAFE_WORD = /^[\w@%+=:,./-]+$/;
/** `npm run bench`, and words that no shell splits or expands, or that are quoted as `quoteWord` does it. */
const RECORDED = /^npm run bench( ([^\s\p{Cc}'"`$&|;<>(){}*?[\]#!~\\^]+|'[^'`\p{Cc}]*'(\\''[^'`\p{Cc}]*')*))*$/u;

function pointWords(points: readonly Point[]): (string | number)[][] {
  return DIMENSIONS.flatMap(({ key, flag, takesFlag = () => true }) => {
    const [value, ...others] = new Set(points.map((point) => point[key]));
    return !flag || value === undefined || others.length > 0 || !points.every(takesFlag)
      ? []
      : [[`--${flag.name}`, value]];
  });
}
