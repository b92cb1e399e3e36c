import type { Way } from '../direction.ts';

/** Which of its secrets a side encrypts with: until its Finished, and after it. */
export type Epoch = 'handshake' | 'application';

/** Names of the secrets in the NSS key log format, which the `keylog` event of a TLSSocket has, too. */
const LABELS: Readonly<Record<Way, Readonly<Record<Epoch, string>>>> = {
  up: { handshake: 'CLIENT_HANDSHAKE_TRAFFIC_SECRET', application: 'CLIENT_TRAFFIC_SECRET_0' },
  down: { handshake: 'SERVER_HANDSHAKE_TRAFFIC_SECRET', application: 'SERVER_TRAFFIC_SECRET_0' },
};
const READ: readonly string[] = Object.values(LABELS).flatMap((labels) => Object.values(labels));
const LINE = /^(?<label>[A-Z0-9_]+) (?<clientRandom>[0-9a-f]{64}) (?<secret>(?:[0-9a-f]{2})+)\s*$/i;

/** Secrets of connections that somebody else encrypted, each until it is taken, and who waits for them. */
export class KeyLog {
  readonly #secrets = new Map<string, Buffer>();
  readonly #waiting = new Map<string, () => void>();

  /** @param lines `<label> <client random> <secret>`, in hexadecimal; others are passed over */
  add(lines: readonly string[]): void {
    const told = new Set<string>();
    for (const line of lines) {
      const { label = '', clientRandom = '', secret = '' } = LINE.exec(line)?.groups ?? {};
      if (!READ.includes(label)) continue;
      this.#secrets.set(`${label} ${clientRandom.toLowerCase()}`, Buffer.from(secret, 'hex'));
      told.add(clientRandom.toLowerCase());
    }
    for (const clientRandom of told) this.#waiting.get(clientRandom)?.();
  }

  /** @param clientRandom in hexadecimal, lower case */
  take(clientRandom: string, way: Way, epoch: Epoch): Buffer | undefined {
    const key = `${LABELS[way][epoch]} ${clientRandom}`;
    const secret = this.#secrets.get(key);
    this.#secrets.delete(key);
    return secret;
  }

  /** @param told called whenever there is more about this connection */
  wait(clientRandom: string, told: () => void): void {
    this.#waiting.set(clientRandom, told);
  }

  stopWaiting(clientRandom: string): void {
    this.#waiting.delete(clientRandom);
  }
}
