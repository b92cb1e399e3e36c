/** A result becomes files for papers, spreadsheets and plotters: pure, and the same for the same result. */

import type { Result } from '../../contract/result.ts';
import { bibtexEntry } from '../view/citation.ts';
import { pageModel } from '../view/model.ts';
import { Anchors } from '../view/words/anchors.ts';
import { reportOf } from '../view/words/quotes.ts';
import { cellsCsv } from './cells-csv.ts';
import { figureFiles } from './figures.ts';
import { histogramFiles } from './histograms.ts';
import { reproduceMarkdown } from './reproduce.ts';
import { summaryMarkdown } from './summary.ts';
import { summaryCsv } from './summary-csv.ts';
import { tablesLatex } from './tables-tex.ts';

/**
 * @returns text by path, relative to the run's folder, with slashes
 * @throws InvalidResult when a histogram can't be read
 */
export function exportResult(result: Result): Map<string, string> {
  const report = reportOf(result, new Anchors());
  const { views } = report;
  const files = new Map([
    ['summary.md', summaryMarkdown(report)],
    ['summary.csv', summaryCsv(result, views)],
    ['cells.csv', cellsCsv(result)],
    ['tables.tex', tablesLatex(result, views)],
    ['cite.bib', bibtexEntry(result)],
    ...figureFiles(pageModel(result)),
    ...histogramFiles(result),
  ]);
  const exportedBytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return files.set('REPRODUCE.md', reproduceMarkdown(result, views, exportedBytes));
}
