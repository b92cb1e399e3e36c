/** The page's model becomes HTML. */

import { createHash } from 'node:crypto';
import type { ChartSpec } from '../view/charts/chart-spec.ts';
import type { PageModel } from '../view/model.ts';
import type { SummaryGroup } from '../view/page-model.ts';
import { PARTS } from '../view/words/anchors.ts';
import { countOf } from '../view/words/format.ts';
import type { Assets, Script } from './assets.ts';
import { embedJson, Html, html } from './html.ts';
import { anchorLink, copyable, entries, laneMark, prose, table } from './parts.ts';
import { besideEachOther, furtherHtml, measuredHtml } from './sections/measured.ts';

const ICON =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E%3Cpath ' +
  'd=%22M2 4h12M2 8h8M2 12h4%22 stroke=%22%230b6e6e%22 stroke-width=%222.4%22/%3E%3C/svg%3E';

export function pageHtml(model: PageModel, charts: readonly ChartSpec[], { style, scripts }: Assets): string {
  const heights = new Map(charts.map(({ canvas, heightPx }) => [canvas, heightPx]));
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
${headHtml(model.head)}
${contents(model)}
<main>
${summaryHtml(model.summary, model.nothingMeasured)}
${model.runs.map((one) => one && table(one))}
${model.measured.time && measuredHtml(model.measured.time, heights)}
${besideEachOther(model.measured.costs, heights)}
${furtherHtml(model.measured.further, heights)}
${checksHtml(model.checks)}
${conditionsHtml(model.conditions)}
${readingHtml(model)}
${citeHtml(model.cite)}
${reproduceHtml(model.reproduce)}
</main>
<script type="application/json" id="charts">${embedJson(charts)}</script>
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

function headHtml({ question, citable, noiseFloor, session, facts }: PageModel['head']): Html {
  const reasons =
    citable.reasons.length > 0
      ? html`<ul class="reasons">${citable.reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`
      : undefined;
  return html`<header>
<p class="brand">Pushlab <span>a comparison lab for server push</span></p>
<h1>${question}</h1>
<div class="citable ${citable.ok ? 'yes' : 'no'}"><p class="verdict">Citable: ${citable.title}</p>${reasons}${noiseFloor.map(
    (text) => html`<p class="noise-floor">${prose(text)}</p>`,
  )}${session && html`<p class="noise-floor">${session}</p>`}</div>
${entries('facts', facts)}
</header>`;
}

function contents({ sections }: PageModel): Html {
  const link = (id: string, title: string) => html`<li><a href="#${id}">${title}</a></li>`;
  return html`<nav aria-label="Contents"><ul class="contents">${link(PARTS.summary, 'What came out')}${sections.map(({ id, title }) => link(id, title))}${link(PARTS.checks, 'Checks')}${link(PARTS.conditions, 'Conditions')}${link(PARTS.reading, 'How to read')}${link(
    PARTS.cite,
    'Cite',
  )}${link(PARTS.reproduce, 'Reproduce')}</ul></nav>`;
}

function summaryHtml(groups: readonly SummaryGroup[], nothingMeasured: string | undefined): Html {
  return part(
    PARTS.summary,
    'What came out',
    html`${nothingMeasured && html`<p class="note">${nothingMeasured}</p>`}${groups.map(summaryGroup)}`,
  );
}

function summaryGroup({ title, sentences }: SummaryGroup): Html {
  const items = sentences.map(({ lane, text }) => html`<li>${laneMark(lane)}${prose(text)}</li>\n`);
  return html`\n${title && html`<h3 class="place">${title}</h3>`}<ul class="findings">\n${items}</ul>`;
}

function checksHtml({ rejected, audit, agreement, warnings }: PageModel['checks']): Html {
  return part(
    PARTS.checks,
    'Checks',
    html`${[rejected, audit, agreement].map((one) => html`${one && table(one)}\n`)}<h3 id="${PARTS.warnings}">Warnings${anchorLink(PARTS.warnings, 'Warnings')}</h3>
${warnings.length > 0 ? warnings.map(warningHtml) : html`<p>There are none.</p>`}`,
  );
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
  return part(
    PARTS.conditions,
    'Conditions',
    html`${table(sessions)}
${entries('facts noise', noise)}
${table(lanes)}
<div class="below">${notes.map((note) => html`<p>${note}</p>`)}</div>
${[phases, harness, link, netem, ledger].map((one) => html`${one && table(one)}\n`)}<h3 id="${PARTS.environment}">Environment${anchorLink(PARTS.environment, 'Environment')}</h3>
${entries('facts dense', environment)}`,
  );
}

function readingHtml({ glossary }: PageModel): Html {
  return part(PARTS.reading, 'How to read this page', entries('glossary', glossary));
}

function citeHtml({ text, groups, bibtex }: PageModel['cite']): Html {
  return part(
    PARTS.cite,
    'Cite',
    html`<p class="definition">${text}</p>
${groups.map(citeGroup)}
${copyable(html`<pre><code>${bibtex}</code></pre>`)}`,
  );
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
  return part(
    PARTS.reproduce,
    'Run it again',
    html`<p class="definition">${text}</p>
${copyable(html`<pre><code>${lines.join('\n')}</code></pre>`)}`,
  );
}
