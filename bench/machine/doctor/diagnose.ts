/** Facts about a machine become checks. Pure. */

import { descriptors, disk, memory, ports } from './capacity-checks.ts';
import type { Check } from './check.ts';
import type { Facts, Watched } from './facts.ts';
import { clock, cores, governor, load, pinning, pressure } from './machine-checks.ts';
import { build, node, packets, tree } from './project-checks.ts';
import { calibration, capture, loopback, netem, noise } from './watched-checks.ts';

const QUICK: readonly ((facts: Facts) => Check)[] = [
  node,
  tree,
  build,
  cores,
  pinning,
  load,
  pressure,
  clock,
  governor,
  memory,
  descriptors,
  ports,
  disk,
  packets,
];
const WATCHED: readonly ((watched: Watched) => Check)[] = [loopback, calibration, noise, capture, netem];

/** In the order of the table; without what was watched, the quick ones alone. */
export function diagnose(facts: Facts): Check[] {
  const { watched } = facts;
  return [...QUICK.map((check) => check(facts)), ...(watched ? WATCHED.map((check) => check(watched)) : [])];
}
