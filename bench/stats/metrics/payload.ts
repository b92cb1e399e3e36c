import type { CompletedCell } from '../../contract/result.ts';

/**
 * Payload by delivery, in bytes as they went over the wire: the text of an event, or, where that was compressed or encoded,
 * what the ledger found in its place. undefined where nobody read along with it.
 */
export function payloadPerDeliveryBytes({ options, point, wire: { ledger } }: CompletedCell): number | undefined {
  const { compression = 'none', encoding = 'text' } = options;
  if (compression === 'none' && encoding === 'text') return point.payloadBytes;
  return ledger && ledger.window.events > 0 ? ledger.window.down.payload / ledger.window.events : undefined;
}
