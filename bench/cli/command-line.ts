/** The command of a run as others can repeat it: paths are this machine's, and may hold its user's name. */

interface PathFlag {
  readonly flag: string;
  /** What stands for the path; undefined where it has no part in what is measured. */
  readonly standIn: string | undefined;
}

/** @param nodeVersion of the binary that `--node` names */
export function recordedCommand(args: readonly string[], nodeVersion: string): string {
  const kept = withoutPaths(args, [
    { flag: '--results', standIn: undefined },
    { flag: '--node', standIn: `node-${nodeVersion}` },
  ]);
  return ['npm run bench', ...(kept.length > 0 ? ['--', ...kept.map(quote)] : [])].join(' ');
}

function withoutPaths(args: readonly string[], pathFlags: readonly PathFlag[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const [name = '', value] = (args[at] ?? '').split(/=(.*)/s);
    const found = pathFlags.find(({ flag }) => flag === name);
    if (!found) {
      kept.push(args[at] ?? '');
      continue;
    }
    if (value === undefined) at++;
    if (found.standIn !== undefined) kept.push(name, found.standIn);
  }
  return kept;
}

/** As a shell takes it for one word. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
