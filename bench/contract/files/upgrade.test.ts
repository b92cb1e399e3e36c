import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failed, inVersion3, makeResult } from '../../tests/fixture.ts';
import { projectRoot } from '../paths.ts';
import { type CompletedCell, KINDS, notice, parseResult, type Result, SCHEMA_VERSION, severe } from '../result.ts';

const read = (stored: object) => parseResult(JSON.stringify(stored));

/** Steal and throttling were read, pressure was not; one cell is warned of, and one failed. */
function changed(cell: CompletedCell) {
  if (cell.lane === 'gamma' && cell.round === 3) return failed(cell);
  const warnings = cell.round === 1 ? [severe('noisy-machine', 'Steal 3 %.', 'Wait.')] : [notice('unsteady', '', '')];
  return { ...cell, warnings, disturbance: { ...cell.disturbance, cpuPressure: null, steal: 0.03 } };
}

describe('a result of version 3', () => {
  const result = makeResult({ change: changed, replace: { warnings: [severe('dirty-tree', 'Dirty.', 'Commit.')] } });
  const old = inVersion3(result);
  const upgraded = read(old);

  it('is read as one of this version', () => {
    expect(old.schemaVersion).toBe(3);
    const keys = new Set<string>();
    JSON.stringify(old, (key, value) => {
      keys.add(key);
      return value;
    });
    for (const key of ['against', 'attempt', 'standing', 'disturbance']) expect(keys).not.toContain(key);
    expect(upgraded.schemaVersion).toBe(SCHEMA_VERSION);
  });

  it('keeps all that it said: settings, machine, sessions, and each number', () => {
    const kept = (of: Result) => {
      const { citable: _, warnings: _warnings, estimates, comparisons, ...rest } = of;
      const without = <T extends { standing: unknown }>({ standing: _, ...one }: T) => one;
      return { ...rest, estimates: estimates.map(without), comparisons: comparisons.map(without) };
    };
    expect(kept(upgraded)).toEqual(kept(result));
  });

  it('has its one verdict for each kind of figures, and for each figure', () => {
    expect(upgraded.citable).toEqual(Object.fromEntries(KINDS.map((kind) => [kind, result.citable.bytes])));
    expect(result.citable.bytes.reasons[0]).toBe('dirty-tree: Dirty.');
    for (const { standing } of [...upgraded.estimates, ...upgraded.comparisons]) {
      expect(standing).toEqual(result.citable.bytes);
    }
  });

  it('has severe warnings that speak against all kinds, and notices against none', () => {
    const all = [...upgraded.warnings, ...upgraded.cells.flatMap(({ warnings }) => warnings)];
    expect(new Set(all.map(({ severity, against }) => `${severity} ${against}`))).toEqual(
      new Set([`severe ${KINDS}`, 'notice ']),
    );
  });

  it('has the first attempts at its cells, with what was read of others on the machine and nothing made up', () => {
    expect(new Set(upgraded.cells.map(({ attempt }) => attempt))).toEqual(new Set([1]));
    const [cell] = upgraded.cells;
    expect(cell?.state === 'completed' && cell.disturbance).toEqual({
      cpuPressure: null,
      steal: 0.03,
      throttled: 0,
      runDelay: { server: null, probe: null },
      sleepers: [],
      exceeded: [],
    });
    expect(cell).not.toHaveProperty('noise');
    const ended = upgraded.cells.filter(({ state }) => state === 'failed');
    expect(ended).toHaveLength(1);
    expect(ended[0]).not.toHaveProperty('disturbance');
  });

  it('is refused where it does not hold to its own schema', () => {
    const { cells: _, ...none } = old;
    expect(() => read(none)).toThrow(/not a valid result: cells/);
    expect(() => read({ ...old, citable: undefined })).toThrow(/not a valid result: citable/);
    expect(() => read({ ...old, cells: [{ ...old.cells[0], latency: 1 }] })).toThrow(/not a valid result: cells/);
  });
});

describe('a result of version 2', () => {
  // A part of the run that Pushlab 0.1.0 published, as that version wrote it.
  const text = readFileSync(join(projectRoot, 'bench/contract/tests/version-2.json'), 'utf8');
  const old = JSON.parse(text);
  const upgraded = parseResult(text);
  const laneOf = (id: string) => upgraded.lanes.find((lane) => lane.id === id);
  const scenarioOf = (id: string) => upgraded.scenarios.find((scenario) => scenario.id === id);

  it('is read through both steps', () => {
    expect(old.schemaVersion).toBe(2);
    expect(upgraded.schemaVersion).toBe(SCHEMA_VERSION);
    expect(upgraded.citable).toEqual(Object.fromEntries(KINDS.map((kind) => [kind, { ok: true, reasons: [] }])));
    expect(upgraded.estimates.every(({ standing }) => standing.ok)).toBe(true);
  });

  it('has lanes whose rows say what their options did', () => {
    expect(laneOf('polling')).toMatchObject({ polls: 'timed', idlePeriodMs: 1_000 });
    expect(laneOf('websocket')).not.toHaveProperty('polls');
    expect(laneOf('websocket-again')).toMatchObject({ duplicateOf: 'websocket' });
    expect(laneOf('websocket-again')).not.toHaveProperty('repeats');
  });

  it('has the arrivals of its jitter, and the axes of its points', () => {
    expect(scenarioOf('fanout')).toMatchObject({ arrivals: { process: 'spread', slotShare: 0.5 }, varies: [] });
    const anatomy = scenarioOf('anatomy');
    expect(anatomy).toMatchObject({
      arrivals: { process: 'spread', slotShare: 0 },
      varies: ['payloadBytes', 'headers'],
    });
    expect(anatomy).not.toHaveProperty('jitter');
  });

  it('keeps what its cells measured', () => {
    expect(upgraded.cells).toHaveLength(old.cells.length);
    for (const [at, { noise, warnings, ...cell }] of old.cells.entries()) {
      expect(upgraded.cells[at]).toMatchObject({ ...cell, attempt: 1, disturbance: { ...noise, exceeded: [] } });
      expect(upgraded.cells[at]?.warnings).toMatchObject(warnings);
    }
  });
});
