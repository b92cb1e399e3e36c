/** How long a CPU quota held this process's control group back (cgroups(7)): which files tell, and what they say. Pure. */

interface Hierarchy {
  readonly folder: string;
  /** Path relative to the folder: '' or '/a/b'. */
  readonly group: string;
}

/**
 * The `cpu.stat` of the process's own group and of all groups above it that can be seen, for a quota at any level holds it back.
 *
 * @param groups text of /proc/self/cgroup
 * @param mounts text of /proc/self/mountinfo
 */
export function throttleFiles(groups: string, mounts: string): string[] {
  const found = findHierarchy(groups, mounts);
  if (!found) return [];
  const names = found.group.split('/').filter(Boolean);
  const levels = [found.folder, ...names.map((_, depth) => [found.folder, ...names.slice(0, depth + 1)].join('/'))];
  return levels.toReversed().map((level) => `${level}/cpu.stat`);
}

/** With both versions mounted, the quota is where the controller is: in version 1. */
function findHierarchy(groups: string, mounts: string): Hierarchy | undefined {
  const lines = groups.split('\n').map((line) => line.split(':'));
  const v1 = lines.find(([, controllers = '']) => controllers.split(',').includes('cpu'));
  const [, , ...path] = v1 ?? lines.find(([id]) => id === '0') ?? [];
  for (const mount of mounts.split('\n')) {
    // proc(5): id parent device root folder options … - type source options
    const [mounted = '', filesystem = ''] = mount.split(' - ');
    const [, , , root = '', folder = ''] = mounted.split(' ');
    const [type, , options = ''] = filesystem.split(' ');
    const isIt = v1 ? type === 'cgroup' && options.split(',').includes('cpu') : type === 'cgroup2';
    if (isIt) return { folder: withoutEscapes(folder), group: below(root, path.join(':')) };
  }
  return undefined;
}

/** In a container the mount's root may be a group far down, or the group not below it at all: then its root must do. */
function below(root: string, group: string): string {
  if (root === '/') return group.split('/').includes('..') ? '' : group;
  return group.startsWith(`${root}/`) ? group.slice(root.length) : '';
}

function withoutEscapes(path: string): string {
  return path.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/**
 * Since the group began, summed over the cores that were held back at once.
 *
 * @param stat text of a cpu.stat
 * @returns undefined where it does not tell, as for the root of version 2
 */
export function throttledUs(stat: string): number | undefined {
  const v2 = /^throttled_usec (\d+)$/m.exec(stat)?.[1];
  const v1 = /^throttled_time (\d+)$/m.exec(stat)?.[1];
  if (v2 !== undefined) return Number(v2);
  return v1 === undefined ? undefined : Number(v1) / 1e3;
}
