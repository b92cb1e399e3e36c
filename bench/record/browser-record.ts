/** Pure: what the client in a page saw becomes a part of its cell's record. */

import type { RelayClosed, WireReading, WorkerMeasured } from '../contract/calls.ts';
import type { CompletedCell } from '../contract/result.ts';
import { mergeLatency } from '../measure/latency.ts';

interface Measured {
  readonly workers: readonly WorkerMeasured[];
  readonly relay: RelayClosed | undefined;
}

export function recordBrowser({ workers, relay }: Measured): Pick<CompletedCell, 'browser'> {
  const worker = workers.find(({ browser }) => browser !== undefined);
  if (!worker?.browser) return {};
  const { isTimed, profileHeads, ...browser } = worker.browser;
  const heads = relay && profileHeads && headsOf(relay.cell.up, profileHeads);
  return {
    browser: { ...browser, ...(isTimed && { latency: mergeLatency([...worker.latency]) }), ...(heads && { heads }) },
  };
}

/** The page alone is behind the relay: what opens a stream is a request head, too. */
function headsOf(
  { requestHead, handshake }: NonNullable<Measured['relay']>['cell']['up'],
  { requests, bytes: profileBytes }: { readonly requests: number; readonly bytes: number },
) {
  return { requests, bytes: requestHead + handshake, profileBytes };
}

/** A browser does not tell its bytes: the relay counts them in its place, where it stands between it and the server. */
export function countBrowser({ workers, relay }: Measured): WireReading[] {
  if (!relay || workers.every(({ browser }) => browser === undefined)) return [];
  const { sentBytes, receivedBytes, connections } = relay.clientSide;
  return [{ sentBytes: receivedBytes, receivedBytes: sentBytes, connections }];
}
