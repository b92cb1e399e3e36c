import { writeFileSync } from 'node:fs';
import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import type { ProcessUsage } from '../contract/calls.ts';
import { nowNs, sleepUntil } from './clock.ts';
import { readText } from './system-files.ts';

const DELAY_RESOLUTION_MS = 10;

/** The second frees what the first finalised. After one in fifty the heap reads up to 0.5 MB more than after the next. */
const COLLECTIONS = 3;

/**
 * JavaScript heap and buffers in use: the least that is left after a full collection, of three, where the process was started
 * with `--expose-gc`. Compiled code is part of it. Kernel memory, such as socket buffers, is not, nor what Node allocates for
 * handles outside of the heap.
 */
export function heapInUseBytes(): number {
  const readings = Array.from({ length: COLLECTIONS }, () => {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  });
  return Math.min(...readings);
}

/**
 * Functions that run often are compiled no more. While they are, the heap grows by up to 0.1 MB from one reading to the next
 * without a client more, and most where clients go on polling. It can't be taken back: nothing is timed after it. Only where a
 * process was started to have its heap read (`--expose-gc`).
 */
export function stopCompiling(): void {
  if (!globalThis.gc) return;
  for (const compiler of ['sparkplug', 'maglev', 'opt']) setFlagsFromString(`--no-${compiler}`);
}

/** Elsewhere than on Linux, the peak stays that of the process's whole life. */
function forgetPeakRss(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {}
}

/** VmHWM where there is one: `ru_maxrss` of a child begins with its parent's peak. */
function peakRssBytes(): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readText('/proc/self/status') ?? '')?.[1];
  return (kibibytes === undefined ? process.resourceUsage().maxRSS : Number(kibibytes)) * 1024;
}

/**
 * Calls `read` at the two ends of the window, and returns what the process used between them.
 *
 * @param monitorsLoop whether timers watch how late the event loop is: a hundred wake-ups a second, which would be a tenth of the
 *   CPU time of a server with a hundred clients
 */
export async function readWindow<Reading>(
  [fromNs, toNs]: readonly [number, number],
  read: (isEnd: boolean) => Reading | Promise<Reading>,
  { monitorsLoop }: { readonly monitorsLoop: boolean },
): Promise<{ before: Reading; after: Reading; usage: ProcessUsage }> {
  await sleepUntil(fromNs);
  const before = await read(false);
  forgetPeakRss();
  const delay = monitorsLoop ? monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS }) : undefined;
  delay?.enable();
  const cpuBefore = process.cpuUsage();
  const loopBefore = performance.eventLoopUtilization();
  const startNs = nowNs();

  await sleepUntil(toNs);
  const after = await read(true);
  const { user, system } = process.cpuUsage(cpuBefore);
  const { utilization } = performance.eventLoopUtilization(loopBefore);
  const elapsedUs = (nowNs() - startNs) / 1e3;
  delay?.disable();
  const usage = {
    elapsedUs,
    cpuUs: user + system,
    cpuShare: (user + system) / elapsedUs,
    eventLoopUtilisation: utilization,
    ...(delay && { eventLoopDelayP99Us: delayP99Us(delay) }),
    peakRssBytes: peakRssBytes(),
  };
  return { before, after, usage };
}

/** The histogram holds the time from sample to sample: what is above the interval is delay. */
function delayP99Us(delay: IntervalHistogram): number {
  return delay.count === 0 ? 0 : Math.max(0, delay.percentile(99) / 1e3 - DELAY_RESOLUTION_MS * 1e3);
}
