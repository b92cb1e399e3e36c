/** The figures of the page, each as a file that needs nothing else. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../contract/paths.ts';
import { drawingOf } from '../view/charts/plots.ts';
import { figuresOf, type PageModel } from '../view/model.ts';
import { matrixSvg } from '../view/parts/hero/matrix-svg.ts';
import { figureSvg } from '../view/svg/figure-svg.ts';
import { markup } from '../view/svg/markup.ts';
import { PARTS } from '../view/words/anchors.ts';

/** @returns `figures/<id>.svg` with its text, of the matrix and of each figure that has a chart */
export function figureFiles(model: PageModel): [string, string][] {
  const figures = figuresOf(model);
  const { lanes } = drawingOf(figures);
  const colours = lightColours();
  const colour = (name: string) => colours.get(name) ?? '#000000';
  const { headline, matrix } = model.hero;
  const drawings = [
    { id: PARTS.matrix, drawing: matrix && matrixSvg(headline, matrix, { colour, source: model.source }) },
    ...figures.map((figure) => ({
      id: figure.id,
      drawing: figureSvg(figure, lanes, { colour, source: model.source, isInPage: false }),
    })),
  ];
  return drawings.flatMap(({ id, drawing }): [string, string][] =>
    drawing ? [[`figures/${id}.svg`, `${markup(drawing)}\n`]] : [],
  );
}

/** Programs that are not browsers know no custom properties: the page's colours are written out, as they are on paper. */
function lightColours(): ReadonlyMap<string, string> {
  const folder = join(projectRoot, 'bench/report/page/style');
  const styles = readdirSync(folder).filter((name) => name.endsWith('.css'));
  const light = styles
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').match(/^:root \{[^}]*\}/gm) ?? []);
  return new Map([...light.join('').matchAll(/(--[\w-]+): (#\w+);/g)].map(([, name = '', hex = '']) => [name, hex]));
}
