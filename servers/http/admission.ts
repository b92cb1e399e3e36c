/** Who may ask: by the host that a request names, and by the origin of the page that it comes from. */

import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { bracketed } from './listen.ts';

export interface AdmissionOptions {
  /** Origins of pages that may read events, besides the server's own. @default [] */
  readonly allowedOrigins?: readonly string[];
  /** Names and addresses that requests may name as their host, besides the loopback's and the one that is bound. @default [] */
  readonly allowedHosts?: readonly string[];
}

export interface Refusal {
  readonly status: 400 | 403 | 421;
  readonly error: object;
}

/** Addresses that bind all interfaces. */
const WILDCARDS: readonly string[] = ['0.0.0.0', '::'];
const MAX_KNOWN_HOSTS = 64;
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|::1)$/;

export function isWildcard(address: string): boolean {
  return WILDCARDS.includes(address);
}

/**
 * A page of any site can reach this server under a name of its own that resolves to it (DNS rebinding), and is then of the
 * server's own origin. So requests have to name a host that this server goes by, at any port: a forwarded one differs. Where all
 * interfaces are bound, every address will do: in an address nothing resolves.
 */
export class Admission {
  readonly #scheme: string;
  readonly #names: ReadonlySet<string>;
  readonly #admitsAddresses: boolean;
  readonly #origins: Set<string>;
  /** Values of `Host` that were admitted, since each request names one. */
  readonly #knownHosts = new Set<string>();
  /** The last host and origin that were admitted together: to read an origin takes a microsecond. */
  #admitted: { readonly host: string | undefined; readonly origin: string } | undefined;

  constructor(scheme: string, address: string, { allowedHosts = [], allowedOrigins = [] }: AdmissionOptions) {
    this.#scheme = scheme;
    this.#names = new Set([address, ...allowedHosts].map((name) => name.toLowerCase()));
    this.#admitsAddresses = isWildcard(address);
    this.#origins = new Set(allowedOrigins.map(canonicalOrigin));
  }

  /** Pages that are served from this port are the server's own, under whichever of its names. */
  listensOn(port: string): void {
    for (const name of ['localhost', ...this.#names]) {
      this.#origins.add(canonicalOrigin(new URL(`${this.#scheme}://${bracketed(name)}:${port}`).origin));
    }
  }

  /** Why a request is refused; undefined where it is not. */
  refusal(headers: IncomingHttpHeaders): Refusal | undefined {
    const host = (headers[':authority'] as string | undefined) ?? headers.host;
    if (host !== undefined && !this.#knownHosts.has(host)) {
      const refusal = this.#hostRefusal(host);
      if (refusal) return refusal;
      if (this.#knownHosts.size < MAX_KNOWN_HOSTS) this.#knownHosts.add(host);
    }
    const coding = headers['transfer-encoding'];
    if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
      return { status: 400, error: { header: 'Transfer-Encoding', value: coding, allowed: 'chunked' } };
    }
    const { origin } = headers;
    if (origin === undefined || this.#admitsOrigin(origin, host)) return undefined;
    const allowed = [...this.#origins, ...(host === undefined ? [] : [`${this.#scheme}://${host}`])];
    return { status: 403, error: { header: 'Origin', value: origin, allowed } };
  }

  #hostRefusal(host: string): Refusal | undefined {
    const name = hostnameOf(host);
    // Two fields were joined by a comma.
    if (name === undefined) return { status: 400, error: { header: 'Host', value: host, allowed: 'one host' } };
    if (LOOPBACK.test(name) || this.#names.has(name) || (this.#admitsAddresses && isIP(name) !== 0)) return undefined;
    const allowed = ['localhost', '127.0.0.1', '[::1]', ...[...this.#names].map(bracketed)];
    return { status: 421, error: { header: 'Host', value: host, allowed: [...new Set(allowed)] } };
  }

  #admitsOrigin(origin: string, host: string | undefined): boolean {
    if (this.#admitted?.origin === origin && this.#admitted.host === host) return true;
    const canonical = canonicalOrigin(origin);
    const isOwn = canonical === canonicalOrigin(`${this.#scheme}://${host}`);
    if (isOwn || this.#origins.has(canonical)) this.#admitted = { host, origin };
    return isOwn || this.#origins.has(canonical);
  }
}

/** The host of `Host` or `:authority`, without port, brackets and final dot; undefined where it is none. */
function hostnameOf(authority: string): string | undefined {
  const match = /^(?:\[([\da-f:.]+)\]|([^\s:,[\]/@]+))(?::\d*)?$/i.exec(authority);
  return (match?.[1] ?? match?.[2])?.toLowerCase().replace(/\.$/, '');
}

/** An origin whose host is the loopback, under whichever of its names, is written with `localhost`. */
function canonicalOrigin(origin: string): string {
  if (!URL.canParse(origin)) return origin;
  const url = new URL(origin);
  // Of `null` and of what is more than an origin there is no other name.
  if (url.origin !== origin.toLowerCase()) return origin;
  if (LOOPBACK.test(url.hostname.replace(/^\[|\]$/g, ''))) url.hostname = 'localhost';
  return url.origin;
}
