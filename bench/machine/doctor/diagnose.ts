/** Facts about a machine become checks. Pure. */

import * as capacity from './capacity-checks.ts';
import type { Check } from './check.ts';
import type { Facts, Watched } from './facts.ts';
import * as machine from './machine-checks.ts';
import * as project from './project-checks.ts';
import { calibration, capture, loopback, netem, noise, wakeUps } from './watched-checks.ts';

const QUICK: readonly ((facts: Facts) => Check)[] = [
  ...[project.node, project.settings, project.tree, project.build],
  ...[machine.cores, machine.pinning, machine.load, machine.pressure, machine.clock, machine.governor],
  ...[capacity.memory, capacity.descriptors, capacity.ports, capacity.disk, project.packets],
];
const WATCHED: readonly ((watched: Watched) => Check)[] = [loopback, calibration, noise, wakeUps, capture, netem];

/** In the order of the table; without what was watched, the quick ones alone. */
export function diagnose(facts: Facts): Check[] {
  const { watched } = facts;
  return [...QUICK.map((one) => one(facts)), ...(watched ? WATCHED.map((one) => one(watched)) : [])];
}
