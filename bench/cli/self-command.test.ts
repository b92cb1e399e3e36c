import { describe, expect, it } from 'vitest';
import { plannedPairs } from '../self/pairs.ts';
import { memoryLaboratory, memoryLane } from '../tests/laboratory.ts';
import { chosenPairs, feasiblePairs } from './self-command.ts';

const pairs = plannedPairs(memoryLaboratory(memoryLane()).laboratory, process.execPath, { clients: 2_000 });
const idsOf = (some: readonly { readonly id: string }[]) => some.map(({ id }) => id);

describe('pairs', () => {
  it('have an id each, which begins with their group', () => {
    expect(new Set(idsOf(pairs)).size).toBe(pairs.length);
    for (const { id, group } of pairs) expect(id.startsWith(`${group}-`)).toBe(true);
  });

  it('are all measured, or those named, alone or by group', () => {
    expect(chosenPairs(pairs, undefined)).toEqual(pairs);
    expect(idsOf(chosenPairs(pairs, ['answers', 'fan-out-sse']))).toEqual([
      'fan-out-sse',
      'answers-polling',
      'answers-long-polling',
    ]);
    expect(() => chosenPairs(pairs, ['fan-in'])).toThrow(
      /--pairs fan-in: allowed are fan-out, saturation, .*fan-out-tcp/,
    );
  });

  it('are left out where descriptors or ports do not last, with the limit and how to raise it', () => {
    const ample = { fileDescriptors: 20_000, localPorts: 28_000 };
    expect(feasiblePairs(pairs, ample)).toEqual({ pairs, left: [] });
    const { pairs: few, left } = feasiblePairs(pairs, { ...ample, fileDescriptors: 4_096 });
    expect(idsOf(few)).toContain('fan-out-tcp');
    expect(left.map(({ pair }) => pair)).toEqual(
      ['tcp', 'sse', 'websocket', 'long-polling'].map((lane) => `scale-${lane}-10000-clients`),
    );
    expect(left[0]?.text).toBe(
      'a process may hold 4096 files and sockets here, and 10464 are needed; raise the limit with ulimit -n 10464',
    );
    expect(feasiblePairs(pairs, { ...ample, localPorts: 5_000 }).left[0]?.text).toContain('ip_local_port_range');
    expect(feasiblePairs(pairs, { fileDescriptors: null, localPorts: null }).left).toEqual([]);
  });
});
