/** A thread: a client that asks for `/healthz` again and again, one request at a time, and tells how long answers took. */

import { request as requestHttp } from 'node:http';
import { Agent, request as requestHttps } from 'node:https';
import { setTimeout } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

const PAUSE_MS = 10;
const { url, ms } = workerData as { readonly url: string; readonly ms: number };
const isTls = url.startsWith('https');
const agent = isTls ? new Agent({ keepAlive: true, rejectUnauthorized: false }) : undefined;

function ask(): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = isTls ? requestHttps : requestHttp;
    const sent = request(`${url}/healthz`, agent ? { agent } : {}, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.once('end', () => resolve(body));
    });
    sent.once('error', reject).end();
  });
}

let answer = await ask();
let answers = 0;
let slowestMs = 0;
const endMs = performance.now() + ms;
while (performance.now() < endMs) {
  const askedMs = performance.now();
  answer = await ask();
  slowestMs = Math.max(slowestMs, performance.now() - askedMs);
  answers++;
  await setTimeout(PAUSE_MS);
}
agent?.destroy();
parentPort?.postMessage({ answer, answers, slowestMs });
