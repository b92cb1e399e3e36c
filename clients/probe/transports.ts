/** The transports whose own client halves work on bare sockets too; WebSocket's is `websocket.ts`. */

import type { BareTransport } from '../../bench/contract/transport.ts';
import { type LongPollingOptions, longPollingOver } from '../transports/long-polling.ts';
import { type PollingOptions, pollingOver } from '../transports/polling.ts';
import { type SseOptions, sseOver } from '../transports/sse.ts';
import { streamingOver } from '../transports/streaming.ts';
import { tcpOver } from '../transports/tcp.ts';
import type { HttpClientOptions } from '../wire/http.ts';
import { bareHttp } from './http1.ts';

export const barePolling: BareTransport<PollingOptions> = (read) => pollingOver(bareHttp(read));
export const bareLongPolling: BareTransport<LongPollingOptions> = (read) => longPollingOver(bareHttp(read));
export const bareSse: BareTransport<SseOptions> = (read) => sseOver(bareHttp(read));
export const bareStreaming: BareTransport<HttpClientOptions> = (read) => streamingOver(bareHttp(read));
export const bareTcp: BareTransport = tcpOver;
