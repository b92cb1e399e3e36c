import type { DirectionName } from '../direction.ts';

/** The secret that a side encrypts with: `handshake` until its Finished, `application` after it. */
export type Epoch = 'handshake' | 'application';

/** Names of the secrets in the NSS key log format, which the `keylog` event of a TLSSocket uses. */
const LABELS: Readonly<Record<DirectionName, Readonly<Record<Epoch, string>>>> = {
  up: { handshake: 'CLIENT_HANDSHAKE_TRAFFIC_SECRET', application: 'CLIENT_TRAFFIC_SECRET_0' },
  down: { handshake: 'SERVER_HANDSHAKE_TRAFFIC_SECRET', application: 'SERVER_TRAFFIC_SECRET_0' },
};
const READ: readonly string[] = Object.values(LABELS).flatMap((labels) => Object.values(labels));
const LINE = /^(?<label>[A-Z0-9_]+) (?<clientRandom>[0-9a-f]{64}) (?<secret>(?:[0-9a-f]{2})+)\s*$/i;

/** Secrets of connections, each until it is taken, and the readers that wait for them. */
export class KeyLog {
  readonly #secrets = new Map<string, Buffer>();
  readonly #waiting = new Map<string, () => void>();

  /** @param lines `<label> <client random> <secret>`, in hexadecimal; others are ignored */
  add(lines: readonly string[]): void {
    const added = new Set<string>();
    for (const line of lines) {
      const { label = '', clientRandom = '', secret = '' } = LINE.exec(line)?.groups ?? {};
      if (!READ.includes(label)) continue;
      this.#secrets.set(`${label} ${clientRandom.toLowerCase()}`, Buffer.from(secret, 'hex'));
      added.add(clientRandom.toLowerCase());
    }
    for (const clientRandom of added) this.#waiting.get(clientRandom)?.();
  }

  /** @param clientRandom in hexadecimal, lower case */
  take(clientRandom: string, direction: DirectionName, epoch: Epoch): Buffer | undefined {
    const key = `${LABELS[direction][epoch]} ${clientRandom}`;
    const secret = this.#secrets.get(key);
    this.#secrets.delete(key);
    return secret;
  }

  /** @param onSecrets called whenever there are more secrets of this connection */
  wait(clientRandom: string, onSecrets: () => void): void {
    this.#waiting.set(clientRandom, onSecrets);
  }

  stopWaiting(clientRandom: string): void {
    this.#waiting.delete(clientRandom);
  }
}
