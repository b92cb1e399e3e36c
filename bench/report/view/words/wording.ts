/** How the exports name what a number belongs to. */

import type { Environment, Estimate, Point, Result } from '../../../contract/result.ts';
import { recordedWords } from './commands.ts';
import { countOf, type FormattedInterval, formatInterval, type Scale } from './format.ts';
import { commonText } from './points.ts';

/** `100 clients, 20 events/s, 128 B payload, browser headers`: what the points have in common. */
export function settingText(points: readonly Point[]): string {
  return commonText(points).replaceAll(' · ', ', ');
}

/** Bytes that are counted come out the same each time: a single round of them is told with all its digits. */
export function formatEstimate(estimate: Estimate, scale: Scale): FormattedInterval {
  const { value, low, high, spread } = estimate;
  return formatInterval(spread === 'range' ? { ...estimate, low: low ?? value, high: high ?? value } : estimate, scale);
}

/** `Polling (intervalMs = 40)`: with the options of its row, as these cells ran with them. */
export function laneText({ lanes, cells }: Result, id: string, isAmong: (cell: Result['cells'][number]) => boolean) {
  const lane = lanes.find((one) => one.id === id);
  if (!lane) return id;
  const mine = cells.filter((cell) => cell.lane === id && cell.state === 'completed' && isAmong(cell));
  const options = Object.entries(lane.options).map(([name, ofRow]) => {
    const values = new Set(mine.map((cell) => (cell.state === 'completed' ? cell.options[name] : undefined) ?? ofRow));
    return `${name} = ${values.size > 0 ? [...values].join(' or ') : ofRow}`;
  });
  return options.length > 0 ? `${lane.title} (${options.join(', ')})` : lane.title;
}

/** `Pushlab 0.1.0 (commit 0123456789ab, run 20260102-030405-0123456789ab)` */
export function softwareText({ id, environment, warnings }: Pick<Result, 'id' | 'environment' | 'warnings'>): string {
  return `Pushlab ${environment.versions.pushlab} (${commitText(environment)}, run ${id})${recomputedText(warnings)}`;
}

/** `; estimates recomputed by …` where the result was recorded with others; otherwise empty. */
export function recomputedText(warnings: Result['warnings']): string {
  const recomputed = warnings.find(({ code }) => code === 'recomputed');
  return recomputed ? `; ${inSentence(recomputed.text).replace(/\.$/, '')}` : '';
}

export function commitText({ git }: Pick<Environment, 'git'>): string {
  if (git.commit === null) return 'no commit';
  return `commit ${git.commit.slice(0, 12)}${git.dirty ? ' with changes' : ''}`;
}

/** Where a figure is from, for one that stands alone. */
export function sourceText(result: Result): string {
  return `${softwareText(result)}. ${conditionsText(result.environment)}.`;
}

/** How often the same was measured before: a run that was begun anew until it pleased says so. */
export function runsBeforeText(runs: number): string {
  return `${runs === 0 ? 'no run' : countOf(runs, 'run')} of these settings on this machine, in the same folder`;
}

/** The run's commit, and its command as it was typed, with its seed, which may have been the default of its version. */
export function reproduceLines({ command, seed, merged, environment: { git } }: Result): string[] {
  const checkout = /^[0-9a-f]{7,64}$/.test(git.commit ?? '') ? [`git checkout ${git.commit}`] : [];
  const words = recordedWords(command);
  if (words === undefined) return [...checkout, 'npm ci', '# Its command is none that this project records.'];
  // The runs that are joined have seeds of their own.
  const hasSeed = merged !== undefined || / --seed[ =]/.test(command);
  return [...checkout, 'npm ci', hasSeed ? words : `${words}${words.includes(' -- ') ? '' : ' --'} --seed ${seed}`];
}

/** `AMD EPYC, 2 cores, linux 6.1, Node 20.20.2` */
export function conditionsText({ cpu, platform, kernel, versions }: Environment): string {
  return `${cpu.model ?? 'unknown CPU'}, ${countOf(cpu.cores, 'core')}, ${platform} ${kernel}, Node ${versions.node}`;
}

/** A title or a definition where it does not begin the sentence; an abbreviation keeps its capitals. */
export function inSentence(text: string): string {
  return /^[A-Z](?![A-Z])/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** What to run after this result, and what for. */
export function nextCommand({ id, finishedAt, cells, citable, merged }: Result): { command: string; why: string } {
  const bench = (args: string) => `npm run bench -- ${args}`;
  const reasons = Object.values(citable).flatMap((kind) => kind.reasons);
  if (finishedAt === null || cells.some(({ state }) => state === 'failed')) {
    return { command: bench(`--resume ${id}`), why: 'measures what is missing' };
  }
  if (reasons.some((reason) => reason.startsWith('too-few-rounds'))) {
    return { command: 'npm run bench', why: 'the default profile has ten rounds, which give intervals' };
  }
  if (reasons.length > 0) return { command: bench('doctor'), why: 'says what on this machine spoils figures' };
  return merged
    ? { command: bench('--scenarios distance'), why: 'the same lanes, 0 to 100 ms away' }
    : { command: bench('merge A B C'), why: 'joins this run and two more: intervals that hold between sessions' };
}
