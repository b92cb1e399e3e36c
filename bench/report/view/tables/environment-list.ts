/** The machine and the software that a result was measured on: all that is recorded, and what is not known as such. */

import type { Environment, Result } from '../../../contract/result.ts';
import type { Entry } from '../page-model.ts';
import { countOf, formatCount, formatNumber } from '../words/format.ts';

export const UNKNOWN = 'not known';

const SHOWN_DIGITS = 16;

export function environmentEntries({ environment, workers }: Pick<Result, 'environment' | 'workers'>): Entry[] {
  const { cpu, git, pinning, fileDescriptorLimit, loopbackMtuBytes, kernelTimingParameters } = environment;
  const entries: readonly (readonly [string, string | null])[] = [
    ['CPU', cpu.model],
    ['Cores', `${formatCount(cpu.cores)} (allowed: ${cpu.allowedCores ?? UNKNOWN})`],
    ['Governor', cpu.governor],
    ['Frequency driver', cpu.frequencyDriver],
    ['Memory', `${formatNumber(environment.memoryBytes / 1024 ** 3)} GiB`],
    ['Virtualisation', environment.virtualisation],
    ['System', `${environment.platform}, ${environment.kernel}`],
    ['Kernel timing parameters', kernelTimingParameters === '' ? 'none' : kernelTimingParameters],
    ['Clock source', environment.clockSource],
    ['TCP congestion control', environment.tcpCongestionControl],
    ['File descriptors', fileDescriptorLimit === null ? null : formatCount(fileDescriptorLimit)],
    ['Loopback MTU', loopbackMtuBytes === null ? null : `${formatCount(loopbackMtuBytes)} B`],
    ['Server, relay on', [pinning.server, pinning.relay].map(coreText).join(', ')],
    [countOf(workers, 'load worker'), `on ${pinning.workers.map(coreText).join(', ')}`],
    ...softwareEntries(environment),
    ['Node flags', environment.nodeFlags.join(' ') || 'none'],
    ['Node flags of load workers', ['the same', ...(environment.loadNodeFlags ?? [])].join(' ')],
    ['Commit', git.commit === null ? null : `${git.commit}${changesText(git.dirty)}`],
    ['Code, SHA-256', shortened(environment.codeSha256)],
    ['Lockfile, SHA-256', shortened(environment.lockfileSha256)],
    ['Fingerprint', environment.fingerprint || null],
  ];
  return entries.map(([term, text]) => ({ term, text: text ?? UNKNOWN }));
}

function softwareEntries({ versions }: Environment): [string, string][] {
  const { pushlab, node, v8, libuv, llhttp, openssl, express, ws, undici } = versions;
  return [
    ['Pushlab', pushlab],
    ['Node', `${node}: V8 ${v8}, libuv ${libuv}, llhttp ${llhttp ?? UNKNOWN}, OpenSSL ${openssl ?? UNKNOWN}`],
    ['Libraries', `express ${express}, ws ${ws}, undici ${undici}`],
  ];
}

function coreText(core: number | null): string {
  return core === null ? 'not pinned' : `core ${core}`;
}

function changesText(isDirty: boolean | null): string {
  if (isDirty === null) return `, changes ${UNKNOWN}`;
  return isDirty ? ' with changes' : '';
}

function shortened(hash: string | null): string | null {
  return hash === null || hash.length <= SHOWN_DIGITS ? hash : `${hash.slice(0, SHOWN_DIGITS)}…`;
}
