import { describe, expect, test } from 'vitest';
import { LAYERS, sumOf } from '../../contract/ledger.ts';
import type { CompletedCell, Result } from '../../contract/result.ts';
import { makeResult, POINT, SCENARIO, withLedger } from '../../tests/fixture.ts';
import { bytesOfDelivery, deliveryOf, PARTS_OF_A_DELIVERY } from '../view/findings/delivery.ts';
import { glossary } from '../view/glossary.ts';
import { pageModel } from '../view/model.ts';
import type { Figure, Prose, StackChart, Table } from '../view/page-model.ts';

const scenarios = [{ ...SCENARIO, figures: ['layers' as const] }];
const points = [64, 128].map((payloadBytes) => ({ ...POINT, payloadBytes }));
const withLayers = (cell: CompletedCell): CompletedCell => withLedger(cell);

function layered(change = withLayers, replace: Partial<Result> = {}): Result {
  const result = makeResult({ points, change, replace: { scenarios, ...replace } });
  return { ...result, lanes: result.lanes.map((lane) => ({ ...lane, polls: 'timed', idlePeriodMs: 2_000 })) };
}

const figureOf = (result: Result, id: string): Figure => {
  const figure = pageModel(result)
    .sections.flatMap(({ figures }) => figures)
    .find((one) => one.id === id);
  if (!figure) throw new Error(`no figure ${id}`);
  return figure;
};
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
const textOf = (prose: Prose = []): string =>
  prose.map((part) => (typeof part === 'string' ? part : 'strong' in part ? part.strong : part.quiet)).join('');

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
    expect(figureOf(layered(still), 'spread-layers').charts).toEqual([]);
    expect(JSON.stringify(pageModel(layered(still)))).not.toMatch(/NaN|Infinity/);
  });
});

describe('the figure of layers', () => {
  test('has its layers explained: the glossary names each of them', () => {
    const entry = glossary.find(({ term }) => term === 'Layer')?.text ?? '';
    for (const layer of LAYERS) {
      expect(entry.toLowerCase()).toContain(layer.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
    }
  });

  test('has bars that, with the payload, are the sum in the table and in the ledger', () => {
    const result = layered();
    const figure = figureOf(result, 'spread-layers');
    const [table] = figure.tables;
    const panels = figure.charts?.flatMap((group) => group.panels) ?? [];
    expect(panels.map(({ title }) => title)).toEqual(['64 B payload', '128 B payload']);
    for (const { title = '', chart } of panels) {
      const { parts, lanes } = chart as StackChart;
      expect(lanes).toHaveLength(3);
      lanes.forEach(({ title: lane }, row) => {
        const overhead = parts.reduce((sum, { values }) => sum + (values[row] ?? Number.NaN), 0);
        const payload = numberIn(at(table, lane, 'Payload down', title));
        expect(payload + overhead).toBeCloseTo(numberIn(at(table, lane, 'Sum', title)), 2);
        const { window } = cellOf(result, lane.replace('Lane ', ''), payload).wire.ledger ?? {};
        if (!window) throw new Error('no ledger');
        expect(payload + overhead).toBeCloseTo((sumOf(window.up) + sumOf(window.down)) / window.events, 9);
      });
    }
  });

  test('tells directions apart: what goes up is hatched', () => {
    const chart = figureOf(layered(), 'spread-layers').charts?.[0]?.panels[0]?.chart as StackChart | undefined;
    expect(chart?.parts.map(({ label, isHatched }) => [label, isHatched])).toEqual([
      ['Framing down', false],
      ['Request head up', true],
      ['Response head down', false],
      ['Control down', false],
      ['Empty polls down', false],
      ['Empty polls up', true],
    ]);
  });

  test('prints the residual that the result has', () => {
    const leaky = (cell: CompletedCell): CompletedCell => {
      const { wire } = withLedger(cell);
      return { ...cell, wire: { ...wire, ...(wire.ledger && { ledger: { ...wire.ledger, residualBytes: 13 } }) } };
    };
    const result = layered(leaky);
    expect(at(figureOf(result, 'spread-layers').tables[0], 'Lane alpha', 'Residual')).toBe('13');
    expect(at(pageModel(result).conditions.ledger, 'Lane alpha', 'Residual')).toBe('13');
  });
});

describe('the levels', () => {
  const result = layered();
  const figure = figureOf(result, 'spread-levels');

  test('each count what the one before counts, and more', () => {
    const [overhead, all] = figure.tables;
    const cell = cellOf(result, 'beta');
    expect(at(overhead, 'Lane beta', 'Framing')).toBe('2.5');
    expect(numberIn(at(overhead, 'Lane beta', 'With heads'))).toBe(cell.wire.perDeliveryBytes - 128);
    expect(numberIn(at(overhead, 'Lane beta', 'With TCP/IP'))).toBe(
      Number(cell.wire.packets?.tcpIpBytesPerDelivery) - 128,
    );
    for (const label of ['Framing', 'With heads', 'With TCP/IP']) {
      expect(numberIn(at(all, 'Lane beta', label)) - numberIn(at(overhead, 'Lane beta', label))).toBe(128);
    }
  });

  test('of a lane that compresses have no more payload than went over the wire', () => {
    const compressing = (cell: CompletedCell): CompletedCell => {
      const { wire, ...rest } = withLedger(cell);
      if (cell.lane !== 'beta' || !wire.ledger) return { ...rest, wire };
      const { window } = wire.ledger;
      const down = { ...window.down, payload: window.down.payload / 2 };
      const ledger = { ...wire.ledger, window: { ...window, down } };
      const half = cell.point.payloadBytes / 2;
      return {
        ...rest,
        options: { compression: 'deflate' },
        wire: { ...wire, ledger, perDeliveryBytes: wire.perDeliveryBytes - half },
      };
    };
    const plain = figure.tables;
    const compressed = figureOf(layered(compressing), 'spread-levels').tables;
    for (const label of ['Framing', 'With heads']) {
      expect(at(compressed[0], 'Lane beta', label)).toBe(at(plain[0], 'Lane beta', label));
      expect(numberIn(at(compressed[1], 'Lane beta', label))).toBe(numberIn(at(plain[1], 'Lane beta', label)) - 64);
    }
  });

  test('have the ratios of the result where it has them', () => {
    const [overhead, all] = figure.tables;
    const ratio = (metric: string) =>
      result.comparisons.find((one) => one.metric === metric && one.lane === 'gamma' && one.point.payloadBytes === 128)
        ?.ratio;
    expect(numberIn(at(overhead, 'Lane gamma', 'Ratio', '128 B payload', 1))).toBeCloseTo(
      Number(ratio('wire.overheadPerDeliveryBytes')),
      2,
    );
    expect(numberIn(at(all, 'Lane gamma', 'Ratio', '128 B payload', 2))).toBeCloseTo(
      Number(ratio('wire.tcpIpPerDeliveryBytes')),
      2,
    );
    expect(at(all, 'Lane beta', 'Ratio')).toBe('1');
  });

  test('are contrasted in one sentence, where they differ most', () => {
    const chatty = (cell: CompletedCell): CompletedCell => {
      const { wire, ...rest } = withLedger(cell);
      if (cell.lane !== 'gamma' || cell.point.payloadBytes !== 128 || !wire.packets) return { ...rest, wire };
      const packets = { ...wire.packets, tcpIpBytesPerDelivery: 128 + 660 };
      return { ...rest, wire: { ...wire, perDeliveryBytes: 128 + 600, packets } };
    };
    const result = layered(chatty);
    const text = textOf(figureOf(result, 'spread-levels').finding);
    expect(text).toBe(
      'The level that is counted decides the ratio, most of all here: Lane gamma, at 128 B payload, has 1.20 times the overhead of Lane ' +
        'beta counting framing alone (3 to 2.5 B), 100 times counting HTTP heads too (600 to 6 B) and 6.00 times ' +
        'counting TCP/IP headers too (660 to 110 B); of all bytes, payload included, it has 1.00, 5.43 and 3.31 times.',
    );
  });

  test('say that packets were not counted, and still show the others', () => {
    const uncounted = (cell: CompletedCell): CompletedCell => {
      const { packets: _, ...wire } = withLedger(cell).wire;
      return { ...cell, wire };
    };
    const { definition, tables } = figureOf(layered(uncounted), 'spread-levels');
    expect(definition).toContain('were not counted');
    expect(tables[0]?.notes).toEqual(['With TCP/IP: not counted.']);
    expect(at(tables[0], 'Lane beta', 'With heads')).toBe('6');
  });
});

describe('opening a connection', () => {
  test('is told per client, with the events after which it has worn off', () => {
    const [table] = figureOf(layered(), 'spread-handshake').tables;
    expect(['Down', 'Up', 'Handshake'].map((label) => at(table, 'Lane beta', label))).toEqual(['120', '300', '420']);
    const each = numberIn(at(table, 'Lane beta', 'Bytes per delivery'));
    expect(each).toBe(130.5);
    expect(at(table, 'Lane beta', 'Worn off after')).toBe(String(Math.ceil(420 / (0.01 * each))));
    expect(at(table, 'Lane alpha', 'Worn off after')).toBe('no handshake');
  });
});

describe('opening an encrypted connection', () => {
  const encrypted = (cell: CompletedCell): CompletedCell => {
    const { wire, ...rest } = withLedger(cell);
    if (cell.lane === 'alpha' || !wire.ledger) return { ...rest, wire };
    const tlsHandshake = { up: wire.ledger.clients * 500, down: wire.ledger.clients * 1_500 };
    const read = { ...wire.ledger.cell, tlsHandshake };
    return { ...rest, wire: { ...wire, ledger: { ...wire.ledger, cell: read } } };
  };
  const result = layered(encrypted);

  test('takes the handshake of TLS too', () => {
    const [table] = figureOf(result, 'spread-handshake').tables;
    const columns = ['Down', 'Up', 'Handshake', 'Of it TLS'];
    expect(columns.map((label) => at(table, 'Lane beta', label))).toEqual(['1,620', '800', '2,420', '2,000']);
    expect(at(table, 'Lane beta', 'Worn off after')).toBe('1,855');
    expect(at(table, 'Lane gamma', 'Worn off after')).not.toBe('no handshake');
    expect(at(table, 'Lane alpha', 'Worn off after')).toBe('no handshake');
  });

  test('is estimated with it', () => {
    const estimate = result.estimates.find(({ lane, metric }) => lane === 'gamma' && metric === 'wire.handshakeBytes');
    expect(estimate?.value).toBe(2_000);
  });

  test('has no column of its own where nothing is encrypted', () => {
    expect(at(figureOf(layered(), 'spread-handshake').tables[0], 'Lane beta', 'Of it TLS')).toBe('nothing');
  });
});

describe('a minute without events', () => {
  test('is an empty poll times the polls at the lane’s own interval, and only of lanes that were seen to poll in vain', () => {
    const result = layered();
    const [table] = figureOf(result, 'spread-empty-polls').tables;
    expect(table?.rows.map(({ header }) => header)).toEqual(['Lane gamma']);
    const { count = 0, upBytes = 0, downBytes = 0 } = cellOf(result, 'gamma').wire.ledger?.window.emptyCycles ?? {};
    const bytes = (upBytes + downBytes) / count;
    expect(numberIn(at(table, 'Lane gamma', 'An empty poll'))).toBe(bytes);
    expect(at(table, 'Lane gamma', 'Interval')).toBe('2,000');
    expect(numberIn(at(table, 'Lane gamma', 'Per client'))).toBe(bytes * 30);
    // 1,000 clients, one poll in two seconds each, 8 bits a byte.
    expect(numberIn(at(table, 'Lane gamma', 'Per 1,000 clients'))).toBe((bytes * 8) / 2);
  });
});

describe('a result without a ledger and without packets', () => {
  test('is shown with what it has', () => {
    const result = layered((cell) => cell);
    const model = pageModel(result);
    expect(model.sections[0]?.figures.map(({ id }) => id)).toEqual(['spread-levels']);
    expect(model.conditions.ledger).toBeUndefined();
    expect(at(model.sections[0]?.figures[0]?.tables[0], 'Lane gamma', 'With heads')).toBe('12');
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
    const [table] = figureOf(result, 'spread-layers').tables;
    expect(table?.notes).toContainEqual(note);
    expect(at(table, 'Lane gamma', 'Sum')).toBe('not read along');
    expect(pageModel(layered()).conditions.ledger?.notes).toEqual([]);
  });

  test('say how many clients the ledger read along with', () => {
    const { ledger } = pageModel(layered()).conditions;
    expect(at(ledger, 'Lane alpha', 'Clients read along with')).toBe('2 of 10');
    expect(at(ledger, 'Lane alpha', 'Relay CPU')).toBe('2.0');
  });
});
