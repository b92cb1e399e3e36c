/** Ties the server's clock to the page's: the server's reading lies between the question and the answer. */

const EXCHANGES = 12;

let offsetMs = 0;
let boundMs = Number.POSITIVE_INFINITY;

/** An instant of the server's clock on that of `performance.now`. */
export const toPageMs = (serverMs: number): number => serverMs + offsetMs;

/** The exchange with the shortest round trip decides. @returns by how much the tie may be wrong, each way, in ms */
export async function tieClock(token: string): Promise<number> {
  boundMs = Number.POSITIVE_INFINITY;
  for (let count = 0; count < EXCHANGES; count++) {
    const beforeMs = performance.now();
    const response = await fetch(`/live/clock?token=${token}`, { cache: 'no-store' });
    const afterMs = performance.now();
    const { nowMs } = (await response.json()) as { nowMs: number };
    const halfMs = (afterMs - beforeMs) / 2;
    if (halfMs >= boundMs) continue;
    boundMs = halfMs;
    offsetMs = beforeMs + halfMs - nowMs;
  }
  return boundMs;
}
