/** What a server holds for a client that does not read, and when it stops to. */

export interface BacklogOptions {
  /** Bytes held for one client before it is cut off. @default 1 MiB */
  readonly maxBacklogBytes?: number;
}

export const BACKLOG_DEFAULTS = { maxBacklogBytes: 1024 * 1024 } as const;
