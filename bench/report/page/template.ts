/** The page's model becomes HTML. */

import { createHash } from 'node:crypto';
import type { Drawing } from '../view/charts/plot.ts';
import { glossaryOf } from '../view/glossary.ts';
import type { PageModel } from '../view/model.ts';
import { plotPx } from '../view/svg/draw.ts';
import { PARTS } from '../view/words/anchors.ts';
import { countOf } from '../view/words/format.ts';
import type { Assets, Script } from './assets.ts';
import { type Drawn, sectionHtml } from './figure-html.ts';
import { embedJson, Html, html } from './html.ts';
import { anchorLink, copyable, entries, laneMark, prose, table } from './parts.ts';
import { computedHtml } from './sections/computed.ts';
import { heroHtml } from './sections/hero.ts';
import { numbersHtml } from './sections/numbers.ts';
import { wireHtml } from './sections/wire.ts';

const ICON =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E%3Cpath ' +
  'd=%22M2 4h12M2 8h8M2 12h4%22 stroke=%22%230b6e6e%22 stroke-width=%222.4%22/%3E%3C/svg%3E';

/** A part of the page below its head: one of which `html` gives nothing is left out, and out of the contents. */
interface Part {
  readonly id: string;
  readonly title: string;
  readonly html: (model: PageModel, drawn: Drawn) => Html | undefined;
}

/** In the order of the page. */
const SECTIONS: readonly Part[] = [
  { id: PARTS.wire, title: 'What goes over the wire for one event', html: ({ wire }) => wire && wireHtml(wire) },
  { id: PARTS.numbers, title: 'With my numbers', html: ({ numbers }) => numbersHtml(numbers) },
  {
    id: PARTS.breakEven,
    title: 'Break-even',
    html: ({ breakEven }, drawn) => breakEven && computedHtml(breakEven, drawn),
  },
  // Here: time, silence, server.
  {
    id: PARTS.scenarios,
    title: 'Scenarios',
    html: ({ sections }, drawn) =>
      sections.length > 0 ? html`${sections.map((section) => sectionHtml(section, drawn))}` : undefined,
  },
  {
    id: PARTS.model,
    title: 'Measured against model',
    html: ({ model }, drawn) => model && computedHtml(model, drawn),
  },
  // Here: claims, limits.
  {
    id: PARTS.cite,
    title: 'Cite and reproduce',
    html: ({ cite, reproduce }) => html`${citeHtml(cite)}${reproduceHtml(reproduce)}`,
  },
];

export function pageHtml(model: PageModel, drawing: Drawing, { style, scripts }: Assets): string {
  const heights = new Map(drawing.plots.map((plot) => [plot.id, plotPx(plot)]));
  const drawn: Drawn = { lanes: drawing.lanes, heights, source: model.source };
  const told = SECTIONS.flatMap(({ id, title, html: contentOf }) => {
    const content = contentOf(model, drawn);
    return content ? [{ id, title, content }] : [];
  });
  const hero = heroHtml(model.hero, new Set(told.map(({ id }) => id)));
  const details = detailsHtml(model, html`${hero}${told.map(({ content }) => content)}`);
  const sections = [...told, { id: PARTS.details, title: 'Details', content: details }];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${securityPolicy(scripts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${model.title}</title>
<link rel="icon" href="${new Html(ICON)}">
<style>${new Html(style)}</style>
</head>
<body>
${hero}
${contents(sections)}
<main>
${sections.map(({ id, title, content }) => part(id, title, content))}
</main>
<script type="application/json" id="charts">${embedJson(drawing)}</script>
${scripts.map(
  ({ text, isModule }) => html`<script${isModule ? html` type="module"` : undefined}>${new Html(text)}</script>
`,
)}</body>
</html>
`.text;
}

/** The page may run its own scripts and load nothing: a script within the texts of a result would not run. */
function securityPolicy(scripts: readonly Script[]): string {
  const hashes = scripts.map(({ text }) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  return `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src ${hashes.join(' ')}`;
}

function part(id: string, title: string, content: Html): Html {
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}${anchorLink(id, title)}</h2>
${content}
</section>`;
}

function contents(sections: readonly Pick<Part, 'id' | 'title'>[]): Html {
  const links = sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`);
  return html`<nav aria-label="Contents"><ul class="contents">${links}</ul></nav>`;
}

/**
 * What auditors look up: folded, so that the page before it is short.
 *
 * @param told the page before it: the glossary explains the words that are used
 */
function detailsHtml({ facts, runs, checks, conditions }: PageModel, told: Html): Html {
  const tables = runs.flatMap((one) => (one ? [table(one)] : []));
  const beside = fold(PARTS.runs, 'Runs beside one another', 'between these, and earlier ones', html`${tables}`);
  const measured = html`${entries('facts', facts)}${conditionsHtml(conditions)}`;
  const folds = html`${tables.length > 0 ? beside : undefined}
${fold(PARTS.checks, 'Checks', 'deliveries, bytes, warnings', checksHtml(checks))}
${fold(PARTS.conditions, 'Conditions', 'machine, lanes, phases, harness', measured)}`;
  const words = glossaryOf(html`${told}${folds}`.text.replace(/<[^>]*>/g, ' '));
  return html`${folds}
${fold(PARTS.reading, 'How to read this page', 'words and their meaning', entries('glossary', words))}`;
}

function fold(id: string, title: string, folded: string, content: Html): Html {
  return html`<details class="fold part"><summary id="${id}">${title} <span class="folded">${folded}</span></summary>
${content}</details>`;
}

function checksHtml({ noiseFloor, session, rejected, audit, agreement, warnings }: PageModel['checks']): Html {
  return html`${noiseFloor.map((text) => html`<p class="noise-floor">${prose(text)}</p>`)}${session && html`<p class="noise-floor">${session}</p>`}${[rejected, audit, agreement].map((one) => html`${one && table(one)}\n`)}<h3 id="${PARTS.warnings}">Warnings${anchorLink(PARTS.warnings, 'Warnings')}</h3>
${warnings.length > 0 ? warnings.map(warningHtml) : html`<p>There are none.</p>`}`;
}

function warningHtml({ code, severity, where, example, all, hints }: PageModel['checks']['warnings'][number]): Html {
  const details = html`<details><summary>All ${all.length}</summary><ul class="sightings">${all.map(
    (one) => html`<li><span class="where">${one.where}</span> ${one.text}</li>`,
  )}</ul></details>`;
  return html`<article class="warning ${severity}">
<h4><code>${code}</code> <span class="tag">${severity}</span> <span class="where">${where}</span></h4>
<p>${all.length > 0 ? 'First: ' : ''}${example}</p>
${hints.map((hint) => html`<p class="hint">${hint}</p>`)}
${all.length > 0 ? details : undefined}
</article>
`;
}

function conditionsHtml(conditions: PageModel['conditions']): Html {
  const { sessions, noise, environment, lanes, phases, harness, link, netem, ledger, notes } = conditions;
  return html`${table(sessions)}
${entries('facts noise', noise)}
${table(lanes)}
<div class="below">${notes.map((note) => html`<p>${note}</p>`)}</div>
${[phases, harness, link, netem, ledger].map((one) => html`${one && table(one)}\n`)}<h3 id="${PARTS.environment}">Environment${anchorLink(PARTS.environment, 'Environment')}</h3>
${entries('facts dense', environment)}`;
}

function citeHtml({ text, groups, bibtex }: PageModel['cite']): Html {
  return html`<p class="definition">${text}</p>
${groups.map(citeGroup)}
${copyable(html`<pre><code>${bibtex}</code></pre>`)}`;
}

function citeGroup({ title, sentences }: PageModel['cite']['groups'][number]): Html {
  if (sentences.length === 0) return html``;
  const items = sentences.map(
    ({ lane, text }) =>
      html`<li class="citation">${laneMark(lane)}${copyable(html`<p class="sentence">${text}</p>`)}</li>\n`,
  );
  return html`<details class="fold"><summary>${title} <span class="folded">${countOf(sentences.length, 'sentence')}</span></summary>
<ul class="citations">${items}</ul></details>\n`;
}

function reproduceHtml({ text, lines }: PageModel['reproduce']): Html {
  return html`<h3 id="${PARTS.reproduce}">Run it again${anchorLink(PARTS.reproduce, 'Run it again')}</h3>
<p class="definition">${text}</p>
${copyable(html`<pre><code>${lines.join('\n')}</code></pre>`)}`;
}
