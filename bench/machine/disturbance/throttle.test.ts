import { describe, expect, it } from 'vitest';
import { throttledUs, throttleFiles } from './throttle.ts';

const V1_MOUNTS = `23 1 8:1 / / rw,relatime - ext4 /dev/vda rw
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpuset rw,relatime shared:4 - cgroup cgroup rw,cpuset
33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:5 - cgroup cgroup rw,cpu,cpuacct
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw`;
const V2_MOUNTS = `23 1 8:1 / / rw,relatime - ext4 /dev/vda rw
35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate`;
const inContainer = (root: string) => V2_MOUNTS.replace('0:30 / ', `0:30 ${root} `);

describe('a quota is looked for', () => {
  it.each([
    [
      'in the group and all above it, of version 2',
      '0::/user.slice/bench',
      V2_MOUNTS,
      ['/sys/fs/cgroup/user.slice/bench/cpu.stat', '/sys/fs/cgroup/user.slice/cpu.stat', '/sys/fs/cgroup/cpu.stat'],
    ],
    ['in the root, where that is the group', '0::/', V2_MOUNTS, ['/sys/fs/cgroup/cpu.stat']],
    [
      'in version 1 where the cpu controller is there, though version 2 is mounted too',
      '5:cpuset:/sets\n3:cpu,cpuacct:/docker/abc\n0::/elsewhere',
      V1_MOUNTS,
      [
        '/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.stat',
        '/sys/fs/cgroup/cpu,cpuacct/docker/cpu.stat',
        '/sys/fs/cgroup/cpu,cpuacct/cpu.stat',
      ],
    ],
    [
      'below the group that a container has for a root',
      '0::/docker/abc/job',
      inContainer('/docker/abc'),
      ['/sys/fs/cgroup/job/cpu.stat', '/sys/fs/cgroup/cpu.stat'],
    ],
    [
      'in the root of a container whose own group it is',
      '0::/docker/abc',
      inContainer('/docker/abc'),
      ['/sys/fs/cgroup/cpu.stat'],
    ],
    ['in the root where the group is not below it', '0::/../other', V2_MOUNTS, ['/sys/fs/cgroup/cpu.stat']],
    ['with colons in the name', '0::/a:b', V2_MOUNTS, ['/sys/fs/cgroup/a:b/cpu.stat', '/sys/fs/cgroup/cpu.stat']],
    [
      'with blanks in the mount',
      '0::/',
      V2_MOUNTS.replace('/sys/fs/cgroup', '/my\\040groups'),
      ['/my groups/cpu.stat'],
    ],
    ['nowhere where no controller is mounted', '0::/', '23 1 8:1 / / rw - ext4 /dev/vda rw', []],
    ['nowhere where the system has no groups', '', '', []],
  ])('%s', (_, groups, mounts, expected) => {
    expect(throttleFiles(groups, mounts)).toEqual(expected);
  });
});

describe('the time that a quota held a group back', () => {
  it.each([
    ['in µs, of version 2', 'usage_usec 900\nnr_periods 9\nnr_throttled 2\nthrottled_usec 12500\n', 12_500],
    ['from ns, of version 1', 'nr_periods 9\nnr_throttled 2\nthrottled_time 12500000\n', 12_500],
    ['is none where none was', 'nr_periods 0\nnr_throttled 0\nthrottled_time 0\n', 0],
    ['is unknown for the root of version 2', 'usage_usec 5404676166\nuser_usec 3902104591\n', undefined],
    ['is unknown where there is no file', '', undefined],
  ])('%s', (_, stat, expected) => {
    expect(throttledUs(stat)).toBe(expected);
  });
});
