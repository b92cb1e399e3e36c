/** For the tests: what passes over the loopback, by tcpdump. */

import { execFile, spawn } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** The kernel hands packets on in blocks, which it closes after a second at the latest. */
const BLOCK_MS = 1_000;

/** @returns why there can be no capture, or no dissection of it; undefined when there can */
export async function whyNoCapture(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `capturing the loopback is set up for Linux, this is ${process.platform}`;
  for (const program of ['tcpdump', 'tshark']) {
    try {
      await run(program, ['--version']);
    } catch {
      return `${program} is not installed`;
    }
  }
  try {
    await run('tcpdump', ['-i', 'lo', '-c', '1', '-w', '/dev/null', 'tcp port 1'], {
      timeout: 500,
      killSignal: 'SIGINT',
    });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    if (!stderr.includes('listening on')) return `tcpdump may not capture: ${stderr.trim()}`;
  }
  return undefined;
}

/**
 * Runs a program in a network namespace of its own, whose loopback no other program uses: on the common one a port may be
 * another test's before or after. Where no namespace can be made, it runs in the common one.
 *
 * @throws when the program fails
 */
export async function runInNetwork(command: readonly string[]): Promise<void> {
  const apart = ['--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
  const canUnshare = await run('unshare', [...apart, 'true']).then(
    () => true,
    () => false,
  );
  const [program = '', ...args] = canUnshare ? ['unshare', ...apart, ...command] : command;
  await run(program, args);
}

export interface Capture {
  /** Resolves when the file is whole, with what tcpdump said at its end. */
  stop(): Promise<string>;
}

const BUFFER_KIB = 131_072;

/** Resolves when no packet is missed any more. */
export async function startCapture(file: string): Promise<Capture> {
  const tcpdump = spawn('tcpdump', ['-i', 'lo', '-B', `${BUFFER_KIB}`, '-w', file, 'tcp'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  const exited = new Promise((resolve) => tcpdump.once('exit', resolve));
  const listens = new Promise<void>((resolve) => {
    tcpdump.stderr.on('data', (chunk) => {
      said += chunk;
      if (said.includes('listening on')) resolve();
    });
  });
  await Promise.race([listens, exited]);
  return {
    async stop() {
      await setTimeout(BLOCK_MS);
      tcpdump.kill('SIGINT');
      await exited;
      return said;
    },
  };
}

/** Copies the packets from and to these ports: others use the loopback, too. */
export async function cutCapture(from: string, to: string, ports: readonly number[]): Promise<void> {
  await run('tcpdump', ['-r', from, '-w', to, ports.map((port) => `port ${port}`).join(' or ')]);
}
