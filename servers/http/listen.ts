import { once } from 'node:events';
import { isIPv6, type Server } from 'node:net';
import { setTimeout } from 'node:timers/promises';

const PORT_TRY_MS = 10;

export interface ListenOptions {
  /** @default '127.0.0.1' */
  readonly address?: string;
  /** How long to wait for a port that another process has, in ms. @default 0 */
  readonly portWaitMs?: number;
}

/**
 * Listens; resolves with `address:port`.
 *
 * @param port 0 lets the system choose
 * @throws Error that names address and port when they can't be had
 */
export async function listen(
  server: Server,
  { address = '127.0.0.1', portWaitMs = 0 }: ListenOptions,
  port = 0,
): Promise<string> {
  const giveUpMs = performance.now() + portWaitMs;
  for (;;) {
    const cause = await bind(server, address, port);
    if (!cause) break;
    const isInUse = cause.code === 'EADDRINUSE';
    if (!isInUse || performance.now() >= giveUpMs) {
      const why = isInUse ? ' is in use; choose another, or 0 for a free one' : `: ${cause.message}`;
      throw new Error(`port ${port} on ${address}${why}`, { cause });
    }
    await setTimeout(PORT_TRY_MS);
  }
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('not a TCP listener');
  return `${bracketed(bound.address)}:${bound.port}`;
}

/** A host as a URL writes it (RFC 3986, section 3.2.2). */
export function bracketed(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

/** @returns why it does not listen; undefined when it does */
async function bind(server: Server, address: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  server.listen({ host: address, port, backlog: 4096 });
  try {
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}
