/** The command of a run as others can repeat it: paths are this machine's, and may hold its user's name. */

import { quoteWord } from '../report/view/words/commands.ts';

/** @param nodeVersion of the binary that `--node` names, and that stands for its path */
export function recordedCommand(args: readonly string[], nodeVersion: string): string {
  const words = ['npm run bench'];
  for (let at = 0; at < args.length; at++) {
    const [name = '', value] = (args[at] ?? '').split(/=(.*)/s);
    const isPath = name === '--results' || name === '--node';
    if (isPath && value === undefined) at++;
    // The folder of results has no part in what is measured.
    if (name === '--results') continue;
    if (words.length === 1) words.push('--');
    words.push(...(isPath ? [name, `node-${nodeVersion}`] : [quoteWord(args[at] ?? '')]));
  }
  return words.join(' ');
}
