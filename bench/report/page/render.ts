/** A result becomes one HTML file that needs nothing else: no network, no server, no other file. */

import type { Result } from '../../contract/result.ts';
import { chartSpecs } from '../view/charts/charts.ts';
import { pageModel } from '../view/model.ts';
import { readAssets } from './assets.ts';
import { pageHtml } from './template.ts';

export function renderReport(result: Result): string {
  const model = pageModel(result);
  return pageHtml(model, chartSpecs(model), readAssets());
}
