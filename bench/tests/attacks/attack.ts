/** Runs an attack against a server of its own, and tells what it took of memory and of others' time. */

import { setTimeout } from 'node:timers/promises';
import { type Observed, Victim } from './victim.ts';

/** At full size the ring is full after this time: 4,096 events. Less would do for less, and the feed takes most of the time. */
const FEED = { full: ['--rate', '2000'], small: ['--rate', '100'] };
const RING_FULL_MS = 2_500;

export interface Attack {
  readonly name: string;
  readonly summary: string;
  /** Against HTTP/2 on TLS. */
  readonly isTls: boolean;
  /** @param share of the full size, above 0 and up to 1; resolves when all is sent, with what ends it */
  begin(target: { readonly port: number; readonly lastSeq: number; readonly share: number }): Promise<() => void>;
}

export interface AttackOutcome {
  /** Undefined where the system does not tell. */
  readonly peakMegabytes: number | undefined;
  readonly quiet: Observed;
  readonly attacked: Observed;
  /** Sockets and files more than before the attack, once its connections are closed. */
  readonly leftOpen: number;
}

/** @param observedMs for how long another client looks on, in quiet and again under attack */
export async function runAttack({ isTls, begin }: Attack, share: number, observedMs: number): Promise<AttackOutcome> {
  const feed = share === 1 ? FEED.full : FEED.small;
  const victim = await Victim.start([...feed, '--payload', '128', ...(isTls ? ['--tls'] : [])]);
  try {
    await setTimeout(RING_FULL_MS);
    const quiet = await victim.observe(observedMs);
    const before = victim.openFiles;
    const observing = victim.observe(observedMs);
    const end = await begin({ port: victim.port, lastSeq: await victim.lastSeq(), share });
    const attacked = await observing;
    const { peakMegabytes } = victim;
    end();
    return { peakMegabytes, quiet, attacked, leftOpen: (await victim.openFilesOnceBackTo(before)) - before };
  } finally {
    await victim.stop();
  }
}
