/** The calls of the link: a delay between clients and server, with the lateness of its chunks. */

import type { LinkCalls, Role } from '../../contract/calls.ts';
import { addressOf } from '../../contract/child.ts';
import { hello } from '../../measure/clock.ts';
import { LatencyRecorder } from '../../measure/latency.ts';
import { readWindow } from '../../measure/process-usage.ts';
import { DistantLink } from './distant-link.ts';

const CLOSE_GRACE_MS = 5_000;
const NO_MONITOR = { monitorsLoop: false };

export function createLinkRole(): Role<LinkCalls> {
  let open: DistantLink | undefined;
  const current = () => {
    if (!open) throw new Error('this link is not open yet');
    return open;
  };

  return {
    hello,

    async open({ url, ...options }) {
      open = await DistantLink.open(addressOf(url), options);
      return open.address;
    },

    async measure({ windowNs }) {
      const link = current();
      const lateness = new LatencyRecorder();
      const { usage } = await readWindow(
        windowNs,
        (isEnd) => {
          link.onChunk = isEnd ? () => {} : (latenessNs) => lateness.record(latenessNs);
        },
        NO_MONITOR,
      );
      const { count, p50Us, p99Us, maxUs } = lateness.summary();
      const { cpuShare, elapsedUs } = usage;
      return { lateness: { p50Us, p99Us, maxUs, chunks: count }, cpuShare, elapsedUs };
    },

    async close() {
      const link = current();
      await link.close(CLOSE_GRACE_MS);
      return { clientSide: link.clientSide.read(), serverSide: link.serverSide.read() };
    },
  };
}
