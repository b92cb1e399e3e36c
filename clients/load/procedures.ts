/** The load of each procedure, imported at first use: a worker holds the code of one alone. */

import type { Procedure } from '../../bench/contract/result.ts';
import type { Load, LoadSpec } from './load.ts';

type OpenLoad = (spec: LoadSpec) => Load | Promise<Load>;

const openDeliveries = async () => (await import('./deliveries.ts')).openDeliveries;

export const loads: Readonly<Record<Procedure, () => Promise<OpenLoad>>> = {
  deliver: openDeliveries,
  reconnect: openDeliveries,
  open: async () => (await import('./openings.ts')).prepareOpenings,
  'closed-loop': async () => (await import('./closed-loops.ts')).prepareClosedLoops,
  browser: async () => (await import('../browser/page-load.ts')).openPageLoad,
};
