/** What the relay does when it is called: reads along with a sample of the clients. */

import type { RelayCalls, Role } from '../../contract/calls.ts';
import { addressOf } from '../../contract/child.ts';
import { subtractCounts } from '../../ledger/layers.ts';
import { nowNs, sleepUntil } from '../../measure/clock.ts';
import { beginUsage } from '../../measure/process-usage.ts';
import { Tap } from './tap.ts';

const CLOSE_GRACE_MS = 5_000;
/** Schemes of URLs whose connections are within TLS. */
const ENCRYPTED: readonly string[] = ['https:', 'wss:', 'tls:'];
/** How long a reading waits for answers under way. */
const ANSWER_MS = 5;

export function createRelayRole(): Role<RelayCalls> {
  let open: Tap | undefined;
  const current = () => {
    if (!open) throw new Error('this relay is not open yet');
    return open;
  };

  return {
    hello: () => ({ nowNs: nowNs(), nodeVersion: process.version }),

    async open({ url, protocol, via = addressOf(url) }) {
      open = await Tap.open({ ...via, protocol, tls: ENCRYPTED.includes(new URL(url).protocol) });
      return open.address;
    },

    keys({ lines }) {
      current().addKeys(lines);
      return {};
    },

    async measure({ windowNs }) {
      const tap = current();
      await sleepUntil(windowNs[0]);
      await tap.answered(ANSWER_MS);
      const before = tap.count();
      const endUsage = beginUsage({ empty: 0, connected: 0 });
      await sleepUntil(windowNs[1]);
      await tap.answered(ANSWER_MS);
      const { cpuShare, elapsedUs } = endUsage();
      return { window: subtractCounts(tap.count(), before), cpuShare, elapsedUs };
    },

    async close() {
      const tap = current();
      await tap.close(CLOSE_GRACE_MS);
      return { cell: tap.count(), clientSide: tap.clientSide.read(), serverSide: tap.serverSide.read() };
    },
  };
}
