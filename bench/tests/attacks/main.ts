/** `npm run attack -- NAME …`: attacks at their full size, each against a server of its own; without a name all of them. */

import { runAttack } from './attack.ts';
import { http1Attacks } from './http1.ts';
import { http2Attacks } from './http2.ts';

const OBSERVED_MS = 10_000;
const LIMITS = { megabytes: 200, delayMs: 100 } as const;

const attacks = [...http1Attacks, ...http2Attacks];
const names = process.argv.slice(2);
const unknown = names.find((name) => attacks.every((attack) => attack.name !== name));
if (unknown !== undefined) {
  console.error(`error: ${unknown}: allowed are ${attacks.map(({ name }) => name).join(', ')}`);
  process.exit(1);
}

for (const attack of attacks.filter(({ name }) => names.length === 0 || names.includes(name))) {
  console.log(`${attack.name}: ${attack.summary}`);
  const { peakMegabytes, quiet, attacked, leftOpen } = await runAttack(attack, 1, OBSERVED_MS);
  const delayMs = attacked.slowestMs - quiet.slowestMs;
  const memory = peakMegabytes === undefined ? 'memory unknown' : `${peakMegabytes.toFixed(0)} MB at the most`;
  console.log(
    `  ${memory}; others' slowest answer: ${attacked.slowestMs.toFixed(0)} ms (in quiet ${quiet.slowestMs.toFixed(0)}); ` +
      `${leftOpen} sockets left open`,
  );
  const isHeld = (peakMegabytes ?? 0) < LIMITS.megabytes && delayMs <= LIMITS.delayMs && leftOpen <= 0;
  if (isHeld) continue;
  console.log(
    `  FAILED: allowed are ${LIMITS.megabytes} MB, ${LIMITS.delayMs} ms more than in quiet, and no socket left`,
  );
  process.exitCode = 3;
}
