/** Pure: what one delivery took, by layer and direction, from what the ledger read along with. */

import { LAYERS, type Layer } from '../../../contract/ledger.ts';
import type { CompletedCell, Ledger } from '../../../contract/result.ts';

export const PARTS_OF_A_DELIVERY = [...LAYERS, 'emptyPolls'] as const;

export type DeliveryPart = (typeof PARTS_OF_A_DELIVERY)[number];

export const DIRECTIONS = ['down', 'up'] as const;

export type Direction = (typeof DIRECTIONS)[number];

export type Delivery = Readonly<Record<Direction, Readonly<Record<DeliveryPart, number>>>>;

/** Layers that bytes of an empty poll may stand in: its heads first, for an answer that brings nothing is all head. */
const OF_EMPTY_POLLS = ['requestHead', 'responseHead', 'control', 'chunking'] as const satisfies readonly Layer[];

export function deliveryOf({ wire: { ledger } }: CompletedCell): Delivery | undefined {
  if (!ledger || ledger.window.events === 0) return undefined;
  const { up, down, emptyCycles, events } = ledger.window;
  return {
    down: perEvent(apart(down, emptyCycles.downBytes), events),
    up: perEvent(apart(up, emptyCycles.upBytes), events),
  };
}

/**
 * Takes the bytes of empty polls out of the layers that they stand in. A poll counts when it ends and its bytes when they
 * pass, so at the window's edge a poll may have more bytes than its layers: what is not in a layer is not taken.
 */
function apart(layers: Ledger['window']['up'], emptyBytes: number): Record<DeliveryPart, number> {
  const rest = { ...layers };
  let left = emptyBytes;
  for (const layer of OF_EMPTY_POLLS) {
    const taken = Math.min(left, rest[layer]);
    rest[layer] -= taken;
    left -= taken;
  }
  return { ...rest, emptyPolls: emptyBytes - left };
}

function perEvent(parts: Record<DeliveryPart, number>, events: number): Record<DeliveryPart, number> {
  const each = { ...parts };
  for (const part of PARTS_OF_A_DELIVERY) each[part] /= events;
  return each;
}

export function bytesOfDelivery(cell: CompletedCell, parts: readonly DeliveryPart[]): number | undefined {
  const delivery = deliveryOf(cell);
  return delivery && parts.reduce((sum, part) => sum + delivery.down[part] + delivery.up[part], 0);
}
