/** The page's model becomes HTML. */

import { createHash } from 'node:crypto';
import type { Drawing } from '../view/charts/plot.ts';
import { glossaryOf } from '../view/glossary.ts';
import type { PageModel } from '../view/model.ts';
import { plotPx } from '../view/svg/draw.ts';
import { PARTS } from '../view/words/anchors.ts';
import type { Assets } from './assets.ts';
import type { Drawn } from './figure-html.ts';
import { embedJson, Html, html } from './html.ts';
import { anchorLink, entries, prose, table } from './parts.ts';
import { citeHtml } from './sections/cite.ts';
import { claimsHtml } from './sections/claims.ts';
import { computedHtml } from './sections/computed.ts';
import { heroHtml } from './sections/hero.ts';
import { limitsHtml } from './sections/limits.ts';
import { furtherHtml, measuredHtml } from './sections/measured.ts';
import { numbersHtml } from './sections/numbers.ts';
import { wireHtml } from './sections/wire.ts';

const ICON =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E%3Cpath ' +
  'd=%22M2 4h12M2 8h8M2 12h4%22 stroke=%22%230b6e6e%22 stroke-width=%222.4%22/%3E%3C/svg%3E';

/** A part of the page below its head: one of which `html` gives nothing is left out, and out of the contents. */
interface Part {
  readonly id: string;
  readonly title: string;
  /** In the contents, which are one line; the title where it is as short. */
  readonly entry?: string;
  /** Beside the one before or after it, where there is room. */
  readonly isHalf?: boolean;
  readonly html: (model: PageModel, drawn: Drawn) => Html | undefined;
}

/** In the order of the page. */
const SECTIONS: readonly Part[] = [
  {
    id: PARTS.wire,
    title: 'What goes over the wire for one event',
    entry: 'On the wire',
    html: ({ wire }) => wire && wireHtml(wire),
  },
  { id: PARTS.numbers, title: 'With my numbers', html: ({ numbers }) => numbersHtml(numbers) },
  {
    id: PARTS.breakEven,
    title: 'Break-even',
    html: ({ breakEven }, drawn) => breakEven && computedHtml(breakEven, drawn),
  },
  { id: PARTS.time, title: 'Time', html: ({ time }, drawn) => time && measuredHtml(time, drawn) },
  {
    id: PARTS.silence,
    title: 'Silence',
    isHalf: true,
    html: ({ silence }, drawn) => silence && measuredHtml(silence, drawn),
  },
  {
    id: PARTS.server,
    title: 'Server',
    isHalf: true,
    html: ({ server }, drawn) => server && measuredHtml(server, drawn),
  },
  {
    id: PARTS.scenarios,
    title: 'Further scenarios',
    entry: 'Scenarios',
    html: ({ further }, drawn) => furtherHtml(further, drawn),
  },
  {
    id: PARTS.model,
    title: 'Measured against model',
    entry: 'Model',
    isHalf: true,
    html: ({ model }, drawn) => model && computedHtml(model, drawn),
  },
  {
    id: PARTS.claims,
    isHalf: true,
    title: 'Claims',
    html: ({ claims }) => claimsHtml(claims),
  },
  { id: PARTS.limits, title: 'Limits', isHalf: true, html: ({ limits }) => limitsHtml(limits) },
  {
    id: PARTS.cite,
    title: 'Cite and reproduce',
    entry: 'Cite',
    isHalf: true,
    html: ({ cite, reproduce }) => citeHtml(cite, reproduce),
  },
];

export function pageHtml(model: PageModel, drawing: Drawing, { style, script }: Assets): string {
  const heights = new Map(drawing.plots.map((plot) => [plot.id, plotPx(plot)]));
  const drawn: Drawn = { lanes: drawing.lanes, heights, source: model.source };
  const told = SECTIONS.flatMap((one) => {
    const content = one.html(model, drawn);
    return content ? [{ ...one, content }] : [];
  });
  const hero = heroHtml(model.hero, model.source, new Set(told.map(({ id }) => id)));
  const details = detailsHtml(model, html`${hero}${told.map(({ content }) => content)}`);
  const sections = [...told, { id: PARTS.details, title: 'Details', content: details }];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${securityPolicy(script)}">
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
${sections.map(part)}
</main>
<script type="application/json" id="charts">${embedJson(drawing)}</script>
<script type="module">${new Html(script)}</script>
</body>
</html>
`.text;
}

/** The page may run its own script and load nothing: one within the texts of a result would not run. */
function securityPolicy(script: string): string {
  const hash = createHash('sha256').update(script).digest('base64');
  return `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`;
}

function part({ id, title, isHalf = false, content }: Omit<Part, 'html'> & { readonly content: Html }): Html {
  return html`<section${isHalf ? html` class="half"` : undefined} aria-labelledby="${id}">
<h2 id="${id}">${title}${anchorLink(id, title)}</h2>
${content}
</section>`;
}

function contents(sections: readonly Pick<Part, 'id' | 'title' | 'entry'>[]): Html {
  const links = sections.map(({ id, title, entry }) => html`<li><a href="#${id}">${entry ?? title}</a></li>`);
  return html`<nav aria-label="Contents"><ul class="contents">${links}</ul></nav>`;
}

/**
 * What auditors look up: folded, so that the page before it is short.
 *
 * @param told the page before it: the glossary explains the words that are used
 */
function detailsHtml({ facts, runs, checks, conditions, self }: PageModel, told: Html): Html {
  const tables = runs.flatMap((one) => (one ? [table(one)] : []));
  const beside = fold(PARTS.runs, 'Runs beside one another', 'between these, and earlier ones', html`${tables}`);
  const measured = html`${entries('facts', facts)}${conditionsHtml(conditions)}`;
  const folds = html`${tables.length > 0 ? beside : undefined}
${fold(PARTS.checks, 'Checks', 'deliveries, bytes, warnings', checksHtml(checks))}
${fold(PARTS.conditions, 'Conditions', 'machine, lanes, phases, harness', measured)}
${self && fold(PARTS.self, 'The laboratory itself', 'against the smallest programs that do the same', table(self))}`;
  const words = glossaryOf(html`${told}${folds}`.text.replace(/<[^>]*>/g, ' '));
  return html`${folds}
${fold(PARTS.reading, 'How to read this page', 'words and their meaning', entries('glossary', words))}`;
}

function fold(id: string, title: string, folded: string, content: Html): Html {
  return html`<details class="fold part"><summary id="${id}">${title} <span class="folded">${folded}</span></summary>
${content}</details>`;
}

function checksHtml(checks: PageModel['checks']): Html {
  const { noiseFloor, session, refused, rejected, audit, agreement, warnings } = checks;
  const uncited = html`<h3 id="${PARTS.uncited}">Figures that may not be cited${anchorLink(PARTS.uncited, 'these figures')}</h3>
${entries('facts', refused)}
`;
  return html`${refused.length > 0 ? uncited : undefined}${noiseFloor.map((text) => html`<p class="noise-floor">${prose(text)}</p>`)}${session && html`<p class="noise-floor">${session}</p>`}${[rejected, audit, agreement].map((one) => html`${one && table(one)}\n`)}<h3 id="${PARTS.warnings}">Warnings${anchorLink(PARTS.warnings, 'Warnings')}</h3>
${warnings.length > 0 ? warnings.map(warningHtml) : html`<p>There are none.</p>`}`;
}

const MOST_SIGHTINGS = 12;

function warningHtml({ code, severity, where, example, all, hints }: PageModel['checks']['warnings'][number]): Html {
  const shown = all.slice(0, MOST_SIGHTINGS);
  const title =
    shown.length < all.length ? `${shown.length} of ${all.length}; result.json has all` : `All ${all.length}`;
  const details = html`<details><summary>${title}</summary><ul class="sightings">${shown.map(
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
