/** The ledger beside this project's own servers and clients: bytes tapped from real sockets, for every lane of the table. */

import { test } from 'vitest';
import { lanes } from '../catalogue/lanes.ts';
import { HEADER_PROFILES } from '../contract/headers.ts';
import { expectAllInLayers } from './test-lane.ts';

const distinct = lanes.filter(({ duplicateOf }) => duplicateOf === undefined);
/** Heads are a matter of transport and protocol; where both were seen with every profile, the longest heads are enough. */
const places = distinct.flatMap((lane, index) => {
  const isSeen = distinct
    .slice(0, index)
    .some(({ transport, wire }) => transport === lane.transport && wire === lane.wire);
  const profiles = isSeen || lane.wire === 'lines' ? (['browser-cookie'] as const) : HEADER_PROFILES;
  return profiles.map((headers) => ({ lane, id: lane.id, headers }));
});

test.each(places)('every byte of $id is in a layer, with the headers of $headers', ({ lane, headers }) =>
  expectAllInLayers(lane, headers),
);
