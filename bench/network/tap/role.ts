/** The calls of the relay, which reads along with a sample of the clients. */

import type { RelayCalls, Role } from '../../contract/calls.ts';
import { addressOf } from '../../contract/child.ts';
import { subtractCounts } from '../../ledger/layers.ts';
import { hello } from '../../measure/clock.ts';
import { readWindow } from '../../measure/process-usage.ts';
import { Tap } from './tap.ts';

const CLOSE_GRACE_MS = 5_000;
const NO_MONITOR = { monitorsLoop: false };
const ENCRYPTED: readonly string[] = ['https:', 'wss:', 'tls:'];
/** How long a reading waits for answers that are on their way. */
const ANSWER_MS = 5;

export function createRelayRole(): Role<RelayCalls> {
  let open: Tap | undefined;
  const current = () => {
    if (!open) throw new Error('this relay is not open yet');
    return open;
  };

  return {
    hello,

    async open({ url, format, via = addressOf(url) }) {
      open = await Tap.open({ ...via, format, tls: ENCRYPTED.includes(new URL(url).protocol) });
      return open.address;
    },

    keys({ lines }) {
      current().addKeys(lines);
      return {};
    },

    async measure({ windowNs }) {
      const tap = current();
      const { before, after, usage } = await readWindow(
        windowNs,
        async () => {
          await tap.answered(ANSWER_MS);
          return tap.count();
        },
        NO_MONITOR,
      );
      return { window: subtractCounts(after, before), cpuShare: usage.cpuShare, elapsedUs: usage.elapsedUs };
    },

    async close() {
      const tap = current();
      await tap.close(CLOSE_GRACE_MS);
      return {
        cell: tap.count(),
        samples: tap.samples,
        clientSide: tap.clientSide.read(),
        serverSide: tap.serverSide.read(),
      };
    },
  };
}
