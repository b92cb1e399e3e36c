/** Ids of the metrics that sentences, claims and formulas name one by one. */

import { latencyId } from './delivery-metrics.ts';

export const QUOTED = {
  p50: latencyId('p50'),
  onSockets: 'wire.perDeliveryBytes',
  withTcpIp: 'wire.tcpIpPerDeliveryBytes',
  cpu: 'server.cpuPerDeliveryUs',
  silence: 'idle.bytesPerClientMinute',
} as const;
