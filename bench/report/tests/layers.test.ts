import { describe, expect, test } from 'vitest';
import { LAYERS, sumOf } from '../../contract/ledger.ts';
import type { CompletedCell, Result } from '../../contract/result.ts';
import { makeResult, POINT, SCENARIO, withLedger } from '../../tests/fixture.ts';
import { bytesOfDelivery, deliveryOf, PARTS_OF_A_DELIVERY } from '../view/findings/delivery.ts';
import { glossary } from '../view/glossary.ts';
import { pageModel } from '../view/model.ts';
import type { Table } from '../view/page-model.ts';

const scenarios = [{ ...SCENARIO, figures: ['layers' as const] }];
const points = [64, 128].map((payloadBytes) => ({ ...POINT, payloadBytes }));
const withLayers = (cell: CompletedCell): CompletedCell => withLedger(cell);

function layered(change = withLayers, replace: Partial<Result> = {}): Result {
  const result = makeResult({ points, change, replace: { scenarios, ...replace } });
  return { ...result, lanes: result.lanes.map((lane) => ({ ...lane, polls: 'timed', idlePeriodMs: 2_000 })) };
}

function tableOf(result: Result): Table {
  const [table] = pageModel(result).wire?.tables ?? [];
  if (!table) throw new Error('no table of layers');
  return table;
}
const at = (table: Table | undefined, lane: string, label: string, group = '128 B payload', nth = 0): string => {
  const columns = table?.columns.flatMap((column, index) => (column.label === label ? index - 1 : [])) ?? [];
  const row = table?.rows.find((one) => one.header === lane && (one.group ?? group) === group);
  return row?.cells[columns[nth] ?? -1]?.text ?? 'nothing';
};
const cellOf = (result: Result, lane: string, payloadBytes = 128): CompletedCell => {
  const cell = result.cells.find((one) => one.lane === lane && one.point.payloadBytes === payloadBytes);
  if (cell?.state !== 'completed') throw new Error('no cell');
  return cell;
};
const numberIn = (text: string): number => Number(text.replaceAll(',', '').replace('−', '-'));
describe('a delivery', () => {
  test('has the bytes of the ledger, each in one part', () => {
    for (const cell of layered().cells) {
      if (cell.state !== 'completed' || !cell.wire.ledger) throw new Error('no ledger');
      const { up, down, events } = cell.wire.ledger.window;
      expect(bytesOfDelivery(cell, PARTS_OF_A_DELIVERY)).toBeCloseTo((sumOf(up) + sumOf(down)) / events, 9);
    }
  });

  test('has the bytes of empty polls apart from the heads that they stand in', () => {
    const result = layered();
    const { window } = cellOf(result, 'gamma').wire.ledger ?? {};
    if (!window) throw new Error('no ledger');
    const { up, down } = deliveryOf(cellOf(result, 'gamma')) ?? {};
    expect(up?.emptyPolls).toBe(window.emptyCycles.upBytes / window.events);
    expect(down?.emptyPolls).toBe(40);
    expect(down?.responseHead).toBe(60);
    expect(up?.requestHead).toBe(up?.emptyPolls);
  });

  test('is never less than nothing where a poll began before the window', () => {
    const cell = cellOf(layered(), 'gamma');
    const { ledger } = cell.wire;
    if (!ledger) throw new Error('no ledger');
    const emptyCycles = { count: 1, upBytes: 1e6, downBytes: 1e6 };
    const window = { ...ledger.window, emptyCycles };
    const atEdge = { ...cell, wire: { ...cell.wire, ledger: { ...ledger, window } } };
    const delivery = deliveryOf(atEdge);
    if (!delivery) throw new Error('no delivery');
    for (const bytes of [...Object.values(delivery.up), ...Object.values(delivery.down)]) {
      expect(bytes).toBeGreaterThanOrEqual(0);
    }
    expect(bytesOfDelivery(atEdge, PARTS_OF_A_DELIVERY)).toBeCloseTo(
      (sumOf(ledger.window.up) + sumOf(ledger.window.down)) / window.events,
    );
  });

  test('is unknown where no event was seen, and no number is made of it', () => {
    const still = (cell: CompletedCell): CompletedCell => {
      const { wire } = withLedger(cell);
      const window = wire.ledger && { ...wire.ledger.window, events: 0 };
      return { ...cell, wire: { ...wire, ...(wire.ledger && window && { ledger: { ...wire.ledger, window } }) } };
    };
    expect(pageModel(layered(still)).wire).toBeUndefined();
    expect(JSON.stringify(pageModel(layered(still)))).not.toMatch(/NaN|Infinity/);
  });
});

describe('the table of layers', () => {
  test('has its layers explained: the glossary names each of them', () => {
    const entry = glossary.find(({ term }) => term === 'Layer')?.text ?? '';
    for (const layer of LAYERS) {
      expect(entry.toLowerCase()).toContain(layer.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
    }
  });

  test('has parts that are the sum in the table and in the ledger', () => {
    const result = layered();
    const table = tableOf(result);
    for (const row of table.rows) {
      const parts = table.columns.slice(1).flatMap(({ label }, index) => (/ (up|down)$/.test(label) ? [index] : []));
      const opening = table.columns
        .slice(1)
        .flatMap(({ label }, index) => (label.startsWith('Opening') ? [index] : []));
      const sum = parts
        .filter((index) => !opening.includes(index))
        .reduce((total, index) => total + numberIn(row.cells[index]?.text ?? ''), 0);
      const payload = Number(row.group?.replace(' B payload', ''));
      expect(sum).toBeCloseTo(numberIn(at(table, row.header, 'Sum', row.group)), 1);
      const { window } = cellOf(result, row.header.replace('Lane ', ''), payload).wire.ledger ?? {};
      if (!window) throw new Error('no ledger');
      expect(sum).toBeCloseTo((sumOf(window.up) + sumOf(window.down)) / window.events, 1);
    }
  });

  test('has the levels, an empty poll and what opens a connection beside them', () => {
    const result = layered();
    const table = tableOf(result);
    expect(numberIn(at(table, 'Lane beta', 'With TCP/IP'))).toBe(
      cellOf(result, 'beta').wire.packets?.tcpIpBytesPerDelivery,
    );
    expect(['Opening down', 'Opening up'].map((label) => at(table, 'Lane beta', label))).toEqual(['120', '300']);
    const { count = 0, upBytes = 0, downBytes = 0 } = cellOf(result, 'gamma').wire.ledger?.window.emptyCycles ?? {};
    expect(numberIn(at(table, 'Lane gamma', 'An empty poll'))).toBe((upBytes + downBytes) / count);
    expect(at(table, 'Lane beta', 'An empty poll')).toBe('none');
  });

  test('has the handshake of TLS in what opens a connection, in the estimate too', () => {
    const encrypted = (cell: CompletedCell): CompletedCell => {
      const { wire, ...rest } = withLedger(cell);
      if (cell.lane === 'alpha' || !wire.ledger) return { ...rest, wire };
      const tlsHandshake = { up: wire.ledger.clients * 500, down: wire.ledger.clients * 1_500 };
      return { ...rest, wire: { ...wire, ledger: { ...wire.ledger, cell: { ...wire.ledger.cell, tlsHandshake } } } };
    };
    const result = layered(encrypted);
    const table = tableOf(result);
    expect(['Opening down', 'Opening up'].map((label) => at(table, 'Lane beta', label))).toEqual(['1,620', '800']);
    const estimate = result.estimates.find(({ lane, metric }) => lane === 'gamma' && metric === 'wire.handshakeBytes');
    expect(estimate?.value).toBe(2_000);
  });

  test('prints the residual that the result has', () => {
    const leaky = (cell: CompletedCell): CompletedCell => {
      const { wire } = withLedger(cell);
      return { ...cell, wire: { ...wire, ...(wire.ledger && { ledger: { ...wire.ledger, residualBytes: 13 } }) } };
    };
    const result = layered(leaky);
    expect(at(tableOf(result), 'Lane alpha', 'Residual')).toBe('13');
    expect(at(pageModel(result).conditions.ledger, 'Lane alpha', 'Residual')).toBe('13');
  });
});

describe('the conditions', () => {
  test('name the header profiles that were sent, and no other', () => {
    const headers = (['minimal', 'browser'] as const).map((profile) => ({ ...POINT, headers: profile }));
    const { notes } = pageModel(makeResult({ points: headers })).conditions;
    expect(notes).toEqual([
      expect.stringMatching(/^HTTP requests with minimal headers: What the spec/),
      expect.stringMatching(/^HTTP requests with browser headers: .*Chromium/),
      'Compression is off, but in lanes whose options name it.',
    ]);
  });

  test('say which clients the ledger could not read along with, and why, as the layers do', () => {
    const sharing = (cell: CompletedCell): CompletedCell =>
      cell.lane === 'gamma' ? { ...cell, options: { connections: 'shared' } } : withLedger(cell);
    const note = expect.stringMatching(/^Not read along with: Lane gamma\. Their clients share connections/);
    const result = layered(sharing);
    expect(pageModel(result).conditions.ledger?.notes).toEqual([note]);
    const table = tableOf(result);
    expect(table.notes).toContainEqual(note);
    expect(at(table, 'Lane gamma', 'Sum')).toBe('not read along');
    expect(pageModel(layered()).conditions.ledger?.notes).toEqual([]);
  });

  test('say how many clients the ledger read along with', () => {
    const { ledger } = pageModel(layered()).conditions;
    expect(at(ledger, 'Lane alpha', 'Clients read along with')).toBe('2 of 10');
    expect(at(ledger, 'Lane alpha', 'Relay CPU')).toBe('2.0');
  });
});
