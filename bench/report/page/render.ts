/** A result becomes one HTML file that needs nothing else: no network, no server, no other file. */

import type { Self } from '../../contract/files/self.ts';
import type { Result } from '../../contract/result.ts';
import { drawingOf } from '../view/charts/plots.ts';
import { figuresOf, pageModel } from '../view/model.ts';
import type { EarlierRun } from '../view/tables/earlier-table.ts';
import { readAssets } from './assets.ts';
import { pageHtml } from './template.ts';

/**
 * @param earlier runs that the page shows beside this one
 * @param self what it says of the laboratory itself
 */
export function renderReport(result: Result, earlier: readonly EarlierRun[] = [], self?: Self): string {
  const model = pageModel(result, earlier, self);
  return pageHtml(model, drawingOf(figuresOf(model)), readAssets());
}
