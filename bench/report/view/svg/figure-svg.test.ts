import { describe, expect, test } from 'vitest';
import type { Result } from '../../../contract/result.ts';
import { makeResult } from '../../../tests/fixture.ts';
import { makeSurvey } from '../../../tests/survey.ts';
import { makeFanOut } from '../../tests/test-fan-out.ts';
import { drawingOf, shareOf } from '../charts/plots.ts';
import { figuresOf, pageModel } from '../model.ts';
import type { Figure } from '../page-model.ts';
import { figureSvg } from './figure-svg.ts';
import { type Element, element, markup } from './markup.ts';

const figuresIn = (result: Result): Figure[] => figuresOf(pageModel(result));

function drawn(result: Result, isInPage = false): { id: string; svg: Element }[] {
  const figures = figuresIn(result);
  const { lanes } = drawingOf(figures);
  const options = { colour: (name: string) => `#${name}`, source: 'Where it is from.', isInPage };
  return figures.flatMap((figure) => {
    const svg = figureSvg(figure, lanes, options);
    return svg ? [{ id: figure.id, svg }] : [];
  });
}

function all(from: Element, name: string): Element[] {
  const below = from.children.flatMap((child) => (typeof child === 'string' ? [] : all(child, name)));
  return from.name === name ? [from, ...below] : below;
}

const textsIn = (from: Element): string[] => all(from, 'text').map(({ children }) => children.join(''));

/** Throws where tags don't match, an attribute returns, or an entity is unknown. */
function parse(xml: string): number {
  const open: string[] = [];
  let count = 0;
  const rest = xml.replace(/<(\/?)([a-z]\w*)((?: [\w:-]+="[^"<]*")*)(\/?)>/gi, (_, end, name, attributes, isEmpty) => {
    count++;
    const names = [...String(attributes).matchAll(/ ([\w:-]+)=/g)].map(([, key]) => key);
    if (new Set(names).size < names.length) throw new Error(`an attribute of ${name} returns`);
    if (end) {
      if (open.pop() !== name) throw new Error(`${name} was not open`);
    } else if (!isEmpty) open.push(name);
    return '';
  });
  if (open.length > 0) throw new Error(`open: ${open.join()}`);
  if (/[<>]|&(?!amp;|lt;|gt;|quot;)/.test(rest)) throw new Error(`not text: ${rest}`);
  return count;
}

const results: [string, Result][] = [
  ['a usual result', makeResult()],
  ['named places', makeFanOut()],
  ['a scenario for each thing that can vary', makeSurvey()],
  ['one lane and one round', makeResult({ lanes: ['beta'], rounds: 1 })],
];

describe('a drawing', () => {
  test.each(results)('is well-formed, and knows all its numbers: %s', (_, result) => {
    const drawings = drawn(result);
    expect(drawings.length).toBeGreaterThan(2);
    for (const { id, svg } of drawings) {
      const text = markup(svg);
      expect(parse(text), id).toBeGreaterThan(20);
      expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/);
    }
  });

  test.each(results)('refers to nothing outside of it, and to what is in it: %s', (_, result) => {
    for (const { svg } of drawn(result)) {
      const text = markup(svg);
      expect(text.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(
        /href|https?:|url\((?!#)|<style|<script/,
      );
      const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const [, id] of text.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id);
    }
  });

  test.each(results)('has each tick, name and text of its plots, and each round as often: %s', (_, result) => {
    const figures = figuresIn(result);
    for (const { id, svg } of drawn(result)) {
      const plots = drawingOf(figures.filter((figure) => figure.id === id)).plots;
      const texts = textsIn(svg);
      for (const { y, x, texts: written } of plots) {
        for (const text of [x.title, ...y.ticks.map(([, one]) => one), ...written.map((one) => one.text)]) {
          if (text !== '') expect(texts).toContain(text);
        }
      }
      const rounds = plots.flatMap(({ series }) => series.flatMap((one) => (one.kind === 'rounds' ? one.values : [])));
      const corners = all(svg, 'path').filter((path) => path.attributes['class'] === 'rounds');
      const marks = corners.flatMap((path) => String(path.attributes['d']).match(/[HL]/g) ?? []);
      expect(marks).toHaveLength(rounds.length);
    }
  });

  test('has each value where its axis has it', () => {
    const result = makeResult();
    const [{ svg } = { svg: element('svg', {}) }] = drawn(result);
    const [plot] = drawingOf(figuresIn(result)).plots;
    if (!plot) throw new Error('no plot');
    const width = plot.widthPx - plot.leftPx - plot.endPx;
    const rounds = plot.series.find(({ kind }) => kind === 'rounds');
    const expected = (rounds?.values ?? []).map(([x]) => Math.round(shareOf(x ?? 0, plot.x) * width * 10) / 10);
    const paths = all(svg, 'path').filter((path) => path.attributes['class'] === 'rounds');
    const [, ...places] = String(paths.at(-1)?.attributes['d']).split(/[MHL]/).filter(Boolean);
    expect(places.map((place) => Number.parseFloat(place))).toEqual(expected);
  });

  test('says its finding to who can’t see it, and where it is from where it stands alone', () => {
    for (const { svg } of drawn(makeResult())) {
      expect(all(svg, 'title')).toHaveLength(1);
      expect(all(svg, 'desc')[0]?.children.join('')).toContain('The table that follows has the same numbers.');
      expect(textsIn(svg).join(' ')).toContain('Where it is from.');
    }
  });

  test('leaves title and source out of the view where they stand beside it', () => {
    const [alone, inPage] = [drawn(makeResult()), drawn(makeResult(), true)].map(([one]) => one?.svg.attributes);
    const heightOf = (box: unknown) => Number(String(box).split(' ')[3]);
    expect(inPage?.['data-whole']).toBe(alone?.['viewBox']);
    expect(heightOf(inPage?.['viewBox'])).toBeLessThan(heightOf(alone?.['viewBox']));
  });

  test('shows hostile names as text, without what XML does not know', () => {
    const title = '</text><script>alert(1)</script>"&\u0000\u001b\ud800';
    const lanes = makeResult().lanes.map((lane) => ({ ...lane, title }));
    for (const { svg } of drawn(makeResult({ replace: { lanes } }))) {
      const text = markup(svg);
      expect(parse(text)).toBeGreaterThan(20);
      expect(text).not.toContain('<script');
      expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&amp;\ufffd\ufffd\ufffd');
    }
  });
});

test('the colour and the mark of a transport are the same in runs with other lanes', () => {
  const styles = (transports: readonly string[]) => {
    const lanes = makeResult({ lanes: transports }).lanes.map((lane) => ({ ...lane, transport: lane.id }));
    const reference = transports[0] ?? '';
    const result = { ...makeResult({ lanes: transports, reference }), lanes };
    return Object.values(drawingOf(figuresIn(result)).lanes).map(({ colour, mark }) => `${colour} ${mark}`);
  };
  const [polling, sse] = styles(['polling', 'sse']);
  expect(styles(['tcp', 'sse', 'polling', 'websocket'])).toEqual(expect.arrayContaining([polling, sse]));
  expect(new Set(styles(['other', 'sse', 'tcp', 'another'])).size).toBe(4);
});
