/**
 * Network namespaces of this process (ip-netns(8)). Linux, root.
 *
 * Names carry the process id, so that what a killed process left is known for what it is.
 */

import { readdirSync } from 'node:fs';
import { run } from './system.ts';

const FOLDER = '/var/run/netns';
const NAME = /^pushlab-(\d+)-[a-z]+$/;

export function addNamespace(role: string): string {
  const name = nameOf(role);
  run('needs root', 'ip', ['netns', 'add', name]);
  return name;
}

/** @returns whether none of that role is left; devices in it are removed with it */
export function removeNamespace(role: string): boolean {
  return remove(nameOf(role));
}

/** Removes namespaces of processes that were killed, and of this one. */
export function removeLeftNamespaces(): void {
  for (const name of namespaces()) {
    const pid = Number(NAME.exec(name)?.[1]);
    if (pid === process.pid || !isAlive(pid)) remove(name);
  }
}

/** A command that runs within a namespace, and in all else where it was started: the same files, processes and limits. */
export function within(namespace: string, command: readonly string[]): string[] {
  return ['nsenter', `--net=${FOLDER}/${namespace}`, ...command];
}

function nameOf(role: string): string {
  return `pushlab-${process.pid}-${role}`;
}

function namespaces(): string[] {
  try {
    return readdirSync(FOLDER).filter((name) => NAME.test(name));
  } catch {
    return []; // The folder is made with the first namespace.
  }
}

function remove(name: string): boolean {
  try {
    if (namespaces().includes(name)) run('needs root', 'ip', ['netns', 'delete', name]);
    return true;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
