import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../contract/paths.ts';
import { type Environment, environmentSchema } from '../contract/result.ts';
import { readEnvironment, timingParametersOf, virtualisationOf } from './environment.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { NodeBinary } from './node-binary.ts';

const node: NodeBinary = {
  path: '/home/somebody/node',
  versions: { node: '99.1.2', v8: '14.0', uv: '1.60.0', llhttp: '9.9.9' },
};
const environment = readEnvironment(projectRoot, {
  node,
  nodeFlags: ['--flag'],
  loadNodeFlags: ['--another'],
  pinning: { server: 1, workers: [undefined], relay: 0, probe: undefined },
});

describe('the environment', () => {
  it('holds to the schema, null where unknown', () => {
    expect(environmentSchema.parse(environment)).toEqual(environment);
    expect(environment.pinning).toEqual({ server: 1, workers: [null], relay: 0, probe: null });
    expect(environment).toMatchObject({ nodeFlags: ['--flag'], loadNodeFlags: ['--another'] });
  });

  it('has the versions of the Node that is measured, not of this one', () => {
    expect(environment.versions).toMatchObject({
      node: '99.1.2',
      v8: '14.0',
      libuv: '1.60.0',
      llhttp: '9.9.9',
      openssl: null,
    });
  });

  it('names the versions of the packages that are loaded', () => {
    expect(environment.versions.express).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('says nothing of where Node and the home are', () => {
    const text = JSON.stringify(environment);
    expect(text).not.toContain('somebody');
    expect(text).not.toContain(projectRoot);
    if (homedir().length > 3) expect(text).not.toContain(homedir());
  });
});

describe("the kernel's parameters", () => {
  it.each([
    [
      'keep what changes timing',
      'quiet isolcpus=nohz,domain,1-3 tsc=reliable nosmt',
      'isolcpus=nohz,domain,1-3 tsc=reliable nosmt',
    ],
    [
      "keep a module's too",
      'processor.max_cstate=1 usbcore.nousb=1 haltpoll.guest_halt_poll_ns=0',
      'processor.max_cstate=1 haltpoll.guest_halt_poll_ns=0',
    ],
    [
      'leave out names of hosts, users and disks',
      'root=UUID=1-2 hostname=anna-laptop ip=::::anna-laptop nfsroot=/home/anna',
      '',
    ],
    ['leave out what only begins like one', 'idlewild=anna tscompat=1 mitigations_by=anna', ''],
    [
      'leave out a value that may be a path or an address',
      'tsc=/home/anna clocksource=anna@host preempt=full',
      'preempt=full',
    ],
    ['end where those of the first process begin', 'nohz=off -- nohz=on --addr 10.0.0.1', 'nohz=off'],
    ['are none where there are none', '', ''],
  ])('%s', (_, commandLine, expected) => {
    expect(timingParametersOf(commandLine)).toBe(expected);
  });

  it('are null where the system does not tell', () => {
    expect(timingParametersOf(undefined)).toBeNull();
  });
});

describe('virtualisation', () => {
  it.each([
    ['the vendor that the hypervisor shows', 'flags\t\t: fpu hypervisor sse', 'QEMU', 'QEMU'],
    ['a hypervisor, when it shows no vendor', 'flags\t\t: fpu hypervisor sse', null, 'hypervisor'],
    ['none on a machine of its own, whoever made it', 'flags\t\t: fpu sse', 'Dell Inc.', 'none'],
    ['null where the flags do not tell', 'Features\t: fp asimd', 'Apple', null],
    ['null where there is no such file', '', null, null],
  ])('is %s', (_, cpuinfo, vendor, expected) => {
    expect(virtualisationOf(cpuinfo, vendor)).toBe(expected);
  });
});

describe('the fingerprint', () => {
  const GIBIBYTE = 1024 ** 3;
  const base: Environment = { ...environment, memoryBytes: 8 * GIBIBYTE };
  const fingerprint = fingerprintOf(base);

  it('is short and of hexadecimal digits', () => {
    expect(environment.fingerprint).toMatch(/^[0-9a-f]{12}$/);
  });

  it.each<[string, Partial<Environment>]>([
    ['CPU model', { cpu: { ...base.cpu, model: 'other' } }],
    ['number of cores', { cpu: { ...base.cpu, cores: 128 } }],
    ['allowed cores', { cpu: { ...base.cpu, allowedCores: '7' } }],
    ['governor', { cpu: { ...base.cpu, governor: 'other' } }],
    ['frequency driver', { cpu: { ...base.cpu, frequencyDriver: 'other' } }],
    ['memory', { memoryBytes: 9 * GIBIBYTE }],
    ['virtualisation', { virtualisation: 'other' }],
    ['platform', { platform: 'other' }],
    ['kernel', { kernel: 'other' }],
    ['timing parameters', { kernelTimingParameters: 'other' }],
    ['clock source', { clockSource: 'other' }],
    ['congestion control', { tcpCongestionControl: 'other' }],
    ['loopback MTU', { loopbackMtuBytes: 1_500 }],
    ['pinning', { pinning: { server: 0, workers: [1], relay: 1 } }],
  ])('is another with another %s', (_, change) => {
    expect(fingerprintOf({ ...base, ...change })).not.toBe(fingerprint);
  });

  it.each<[string, Partial<Environment>]>([
    ['Node', { versions: { ...base.versions, node: '1.0.0' }, nodeFlags: [] }],
    ['commit', { git: { commit: 'other', dirty: true } }],
    ['code', { codeSha256: 'other', lockfileSha256: 'other' }],
    ['limit of descriptors', { fileDescriptorLimit: 1 }],
    ['some megabytes of memory', { memoryBytes: 8 * GIBIBYTE - 40 * 1024 ** 2 }],
  ])('stays the same with another %s', (_, change) => {
    expect(fingerprintOf({ ...base, ...change })).toBe(fingerprint);
  });
});
