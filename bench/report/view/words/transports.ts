/** Transports that the report knows by name, beside those of the claims: a result of others is shown all the same. */

/** The same transport has the same colour in every run: these have a place, and others take those that are free. */
export const TRANSPORTS: readonly string[] = ['tcp', 'polling', 'long-polling', 'sse', 'websocket', 'streaming'];

/** The floor under all others: `docs/METHOD.md`. */
export function isControl({ transport }: { readonly transport: string }): boolean {
  return transport === 'tcp';
}
