/** `histograms/*.hgrm`: the latencies of each completed cell, for HdrHistogram's plotters. */

import { decodeFromCompressedBase64, JsHistogram } from 'hdr-histogram-js';
import { type CompletedCell, InvalidResult, type Result } from '../../contract/result.ts';
import { uniqueNames } from '../view/words/names.ts';
import { roundName } from '../view/words/rounds.ts';
import { settingText } from '../view/words/wording.ts';
import { percentileDistribution } from './percentile-distribution.ts';

/** Milliseconds: what the plotters take values for unless told otherwise. */
const NS_PER_MS = 1e6;

/**
 * @returns text by path
 * @throws InvalidResult when a histogram can't be read
 */
export function histogramFiles({ id, cells }: Pick<Result, 'id' | 'cells'>): [path: string, text: string][] {
  const nameOf = uniqueNames();
  return cells.flatMap((cell): [string, string][] => {
    // A result that was made by hand may have none.
    if (cell.state !== 'completed' || cell.latency.histogram === '') return [];
    const { scenario, point, lane } = cell;
    const round = roundName(cell);
    const setting = settingText([point]);
    const name = nameOf(`${scenario} ${setting} ${lane} round ${round}`);
    const about = `#[Unit    =           ms, Latency of ${lane} in ${scenario}, ${setting}, round ${round}, run ${id}]\n`;
    return [[`histograms/${name}.hgrm`, percentileDistribution(decode(cell), NS_PER_MS) + about]];
  });
}

function decode(cell: CompletedCell): JsHistogram {
  const { lane, scenario, latency } = cell;
  try {
    const histogram = decodeFromCompressedBase64(latency.histogram, 64, false);
    if (histogram instanceof JsHistogram) return histogram;
    throw new Error('it was decoded by another build');
  } catch (error) {
    throw new InvalidResult(
      `latency.histogram of ${lane} in ${scenario}, round ${roundName(cell)}: it can't be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}
