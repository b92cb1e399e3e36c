/** A tab in the background that polls by a timer, as pages do, and how often it comes to that. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { nowNs } from '../../bench/measure/clock.ts';

/** Until the tab is behind another one, and its timers are slowed down. */
const SETTLING_MS = 1_500;

/** @returns polls per second; undefined where the browser does not hide the tab */
export async function hiddenPollsPerSecond(
  browser: Browser,
  intervalMs: number,
  forMs: number,
): Promise<number | undefined> {
  let [polls, isHidden] = [0, false];
  const html = `<!doctype html><link rel="icon" href="data:,"><title>Polls</title><script>
setInterval(() => fetch('/poll?' + document.visibilityState), ${intervalMs});
</script>`;
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/poll')) {
      polls++;
      isHidden = request.url.endsWith('hidden');
      response.writeHead(204).end();
    } else {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(html);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    // Not a page of playwright's, which keeps its own visible.
    const session = await browser.newBrowserCDPSession();
    const { targetId } = await session.send('Target.createTarget', { url: urlOf(server) });
    const { targetId: inFront } = await session.send('Target.createTarget', { url: 'about:blank' });
    await sleep(SETTLING_MS);
    const [before, fromNs] = [polls, nowNs()];
    await sleep(forMs);
    const perSecond = (polls - before) / ((nowNs() - fromNs) / 1e9);
    for (const id of [targetId, inFront]) await session.send('Target.closeTarget', { targetId: id });
    await session.detach();
    return isHidden ? perSecond : undefined;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
