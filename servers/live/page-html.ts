/** The live page and its files, put together when the server starts. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compiled, projectRoot } from '../../bench/contract/paths.ts';
import { COLUMNS, type Column } from './protocol.ts';

/** In the order of their imports: together they are one script. */
const MODULES = [
  'protocol',
  'page/dom',
  'page/clock',
  'page/clients',
  'page/lane',
  'page/words',
  'page/log',
  'page/column-elements',
  'page/column',
  'page/lessons',
  'page/main',
] as const;

/** The first two are the report's. */
const STYLES = [
  'bench/report/page/style/colours.css',
  'bench/report/page/style/base.css',
  'servers/live/page/live.css',
] as const;

const ICON =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E%3Cpath ' +
  'd=%22M2 4h12M2 8h8M2 12h4%22 stroke=%22%230b6e6e%22 stroke-width=%222.4%22/%3E%3C/svg%3E';

/** @throws Error when the page's script was not compiled: run `npm run build` */
export function readAssets(): { readonly script: string; readonly style: string } {
  return {
    script: MODULES.map((name) => asOne(readFileSync(compiled(`servers/live/${name}`), 'utf8'))).join(''),
    style: STYLES.map((path) => readFileSync(join(projectRoot, path), 'utf8')).join('\n'),
  };
}

/** A module's text without its imports and exports, to stand behind those that it imports. */
function asOne(text: string): string {
  return text
    .replace(/^\/\/# sourceMappingURL=.*$/m, '')
    .replace(/^import [^;]*;$/gm, '')
    .replace(/^export (?=const |class |function |async |\{\};)/gm, '');
}

/**
 * The page may load its own files and connect to its own columns, and nothing else.
 *
 * @param ports of the columns of each page that can be open
 */
export function securityPolicy(columnHost: string, ports: readonly Readonly<Record<Column, number>>[]): string {
  const columns = ports.flatMap((one) =>
    COLUMNS.map((column) => `${column === 'websocket' ? 'ws' : 'http'}://${columnHost}:${one[column]}`),
  );
  return (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; " +
    `frame-ancestors 'none'; connect-src 'self' ${columns.join(' ')}`
  );
}

export interface PageSetting {
  readonly token: string;
  readonly columnHost: string;
  readonly hasControl: boolean;
}

export function pageHtml({ token, columnHost, hasControl }: PageSetting): string {
  return `<!doctype html>
<html lang="en" data-token="${token}" data-column-host="${columnHost}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Pushlab live: four transports on one clock</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="/live/page.css">
<script type="module" src="/live/page.js"></script>
</head>
<body>
<header>
<div>
<h1>Four ways to get an event, on one clock</h1>
<p class="setting">One feed of prices, by what browsers have: <code>fetch</code>, <code>EventSource</code>, <code>WebSocket</code>. <span id="state" role="status">Connecting to the server …</span></p>
</div>
<p class="actions"><button type="button" id="connect-all" class="strong">Connect all</button><button type="button" id="disconnect-all">Disconnect all</button><button type="button" id="reset">Count from zero</button></p>
</header>
<main>
<div class="band">
<section aria-labelledby="controls-title"><h2 id="controls-title">Settings for all</h2>
<form id="controls"><div class="sliders" id="sliders"></div>
<p class="switches"><label><input type="checkbox" id="resumes" checked> Clients return with their cursor</label></p>
<p class="actions"${hasControl ? '' : ' hidden'} id="actions"></p>
</form></section>
<section aria-labelledby="lessons-title"><h2 id="lessons-title">What to look at</h2>
<p class="actions" id="lessons"></p>
<div id="lesson" aria-live="polite"></div></section>
</div>
<section aria-labelledby="columns-title"><h2 id="columns-title" class="unseen">The transports</h2>
<p class="legend"><span><span class="swatch quiet" aria-hidden="true"></span>heads and framing</span><span><span class="swatch" aria-hidden="true"></span>events, in the colour of their column</span><span class="reading">A dash is as long as its bytes. The newest is above; a line is a second, the same in all columns.</span></p>
<div class="columns" id="columns"></div>
<details class="fold" id="more"><summary>HTTP streaming <span class="folded">one answer that never ends, read by fetch</span></summary><div class="columns" id="folded-column"></div></details>
</section>
<section class="counted" aria-labelledby="counted-title"><h2 id="counted-title">How this is counted</h2>
<p>Bytes are those of the server's own sockets, heads and frames included. Headers of TCP and IP are estimated from the chunks that pass, with acknowledgements, as on an Ethernet. An age runs from the instant when the event was due to the page's handler; the two clocks are tied to within <span id="clock-bound">…</span>.</p>
<p>Each column has a port of its own, so that its bytes are told apart. A browser takes that for another origin: requests name their <code>Origin</code>, answers allow it, and the first <code>POST</code> is preceded by an <code>OPTIONS</code>. Pages of the same origin save these. All of it is in the logs. Figures to cite come from <code>npm run bench</code>.</p>
</section>
</main>
</body>
</html>
`;
}
