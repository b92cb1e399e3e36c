/** What the link does when it is called: stands between the clients and the server, and tells how well it kept its delay. */

import type { LinkCalls, Role } from '../../contract/calls.ts';
import { addressOf } from '../../contract/child.ts';
import { nowNs, sleepUntil } from '../../measure/clock.ts';
import { LatencyRecorder } from '../../measure/latency.ts';
import { beginUsage } from '../../measure/process-usage.ts';
import { DistantLink } from './distant-link.ts';

/** How long connections may take to end, besides the way. */
const CLOSE_GRACE_MS = 5_000;

export function createLinkRole(): Role<LinkCalls> {
  let open: DistantLink | undefined;
  const current = () => {
    if (!open) throw new Error('this link is not open yet');
    return open;
  };

  return {
    hello: () => ({ nowNs: nowNs(), nodeVersion: process.version }),

    async open({ url, ...options }) {
      open = await DistantLink.open(addressOf(url), options);
      return open.address;
    },

    async measure({ windowNs }) {
      const link = current();
      await sleepUntil(windowNs[0]);
      const lateness = new LatencyRecorder();
      link.onChunk = (latenessNs) => lateness.record(latenessNs);
      const endUsage = beginUsage({ empty: 0, connected: 0 });
      await sleepUntil(windowNs[1]);
      const { cpuShare, elapsedUs } = endUsage();
      link.onChunk = () => {};
      const { count, p50Us, p99Us, maxUs } = lateness.summary();
      return { lateness: { p50Us, p99Us, maxUs, chunks: count }, cpuShare, elapsedUs };
    },

    async close() {
      const link = current();
      await link.close(CLOSE_GRACE_MS);
      return { clientSide: link.clientSide.read(), serverSide: link.serverSide.read() };
    },
  };
}
