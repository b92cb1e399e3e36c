/** Namespaces that are really made, where root may. */

import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compiled } from '../contract/paths.ts';
import { removeLeftNamespaces, within } from '../network/netem/namespaces.ts';
import { openNetwork, parsePassed } from '../network/netem/network.ts';
import { describeWithNetwork } from '../network/netem/test-network.ts';

const PLAIN = ['pfifo', 'limit', '1000'];
const never = new AbortController().signal;

const existing = () => {
  try {
    return readdirSync('/var/run/netns');
  } catch {
    return [];
  }
};
const run = ([program = '', ...words]: readonly string[]) => execFileSync(program, words, { encoding: 'utf8' });

describe('what tc tells of a device', () => {
  it('is read of its root, whatever hangs below', () => {
    const netem = {
      kind: 'netem',
      root: true,
      options: { limit: 9 },
      bytes: 1,
      packets: 990,
      drops: 10,
      overlimits: 0,
    };
    const below = { kind: 'pfifo', parent: '1:', packets: 1, drops: 1 };
    expect(parsePassed(JSON.stringify([below, netem]))).toEqual({ sent: 990, dropped: 10 });
    expect(() => parsePassed('[]')).toThrow('no discipline');
  });
});

describeWithNetwork('a network of two namespaces', () => {
  it('has an address that takes as many bytes as 127.0.0.1, and counts what passes in each direction', async () => {
    const network = openNetwork(PLAIN);
    try {
      expect(network.address).toHaveLength('127.0.0.1'.length);
      network.impose();
      const before = await network.readPackets(never);
      const connect = `require('net').connect(9, '${network.address}').on('error', ({ code }) => console.log(code))`;
      expect(run(within(network.clients, [process.execPath, '-e', connect]))).toBe('ECONNREFUSED\n');
      const after = await network.readPackets(never);
      expect(before).toEqual({ up: { sent: 0, dropped: 0 }, down: { sent: 0, dropped: 0 } });
      expect(after).toEqual({ up: { sent: 1, dropped: 0 }, down: { sent: 1, dropped: 0 } });
    } finally {
      network.close();
    }
  });

  it("has this machine's settings where Pushlab reads them", () => {
    const network = openNetwork(PLAIN);
    const read = ['cat', ...['ip_local_port_range', 'tcp_timestamps'].map((name) => `/proc/sys/net/ipv4/${name}`)];
    try {
      for (const side of [network.server, network.clients]) expect(run(within(side, read))).toBe(run(read));
    } finally {
      network.close();
    }
  });

  it('is gone when it is closed, and can be opened again', () => {
    for (let turn = 0; turn < 2; turn++) {
      const { server, clients, close } = openNetwork(PLAIN);
      expect(existing()).toEqual(expect.arrayContaining([server, clients]));
      close();
      expect(existing()).not.toContain(server);
      expect(existing()).not.toContain(clients);
    }
  });

  it('says which part of it can not be had, and leaves nothing', () => {
    const network = openNetwork(['nix']);
    expect(network.impose).toThrow(/^needs a kernel with nix \(module sch_nix\); tc says: .+/);
    network.close();
    expect(existing().filter((name) => name.includes(`-${process.pid}-`))).toEqual([]);
  });

  it('is gone with a process that ends without closing it', () => {
    const { code, left } = endWith('process.exit(7)');
    expect(code).toBe(7);
    expect(left()).toEqual([]);
  });

  it('is left by a process that is killed, until the next one removes it; that of a living one stays', () => {
    const own = openNetwork(PLAIN);
    const alive = `pushlab-${process.ppid}-server`;
    run(['ip', 'netns', 'add', alive]);
    try {
      const { left } = endWith("process.kill(process.pid, 'SIGKILL')");
      expect(left()).toHaveLength(2);
      removeLeftNamespaces();
      expect(left()).toEqual([]);
      expect(existing()).toContain(alive);
    } finally {
      run(['ip', 'netns', 'delete', alive]);
      own.close();
    }
  });
});

/** A process that opens a network and then does something else. */
function endWith(statement: string) {
  const module = pathToFileURL(compiled('bench/network/netem/network'));
  const script = `import { openNetwork } from '${module}'; openNetwork(${JSON.stringify(PLAIN)}); ${statement}`;
  const { pid, status: code } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
  return { code, left: () => existing().filter((name) => name.includes(`-${pid}-`)) };
}
