/** The attacks at a small size: what they take of memory, and what they leave behind. At full size: `npm run attack`. */

import { expect, test } from 'vitest';
import { runAttack } from './attacks/attack.ts';
import { http1Attacks } from './attacks/http1.ts';
import { http2Attacks } from './attacks/http2.ts';
import { Victim } from './attacks/victim.ts';

const SHARE = 0.05;
const MAX_MEGABYTES = 200;

test.concurrent.each([...http1Attacks, ...http2Attacks])('$name is served within bounds', async (attack) => {
  const { peakMegabytes = 0, attacked, leftOpen } = await runAttack(attack, SHARE, 1_000);
  expect(peakMegabytes).toBeLessThan(MAX_MEGABYTES);
  expect(attacked.answers).toBeGreaterThan(0);
  expect(leftOpen).toBeLessThanOrEqual(0);
});

test.concurrent('a client that comes back to a server that began anew is told of a gap, and hears on', async () => {
  const before = await Victim.start(['--rate', '100']);
  const lastSeq = await before.lastSeq();
  await before.stop();
  const server = await Victim.start(['--rate', '100']);
  const { body } = await fetch(`http://127.0.0.1:${server.port}/sse`, {
    headers: { 'Last-Event-ID': String(lastSeq) },
  });
  let text = '';
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString();
    if (/^id:/m.test(text)) break;
  }
  expect(text).toMatch(
    new RegExp(`^retry:3000\nevent:gap\ndata:\\{"gap":\\{"after":${lastSeq},"oldest":\\d+\\}\\}\n\nid:`),
  );
  await server.stop();
});
