import { describe, expect, test } from 'vitest';
import { type CompletedCell, FIGURES, notice, type Result, severe } from '../../contract/result.ts';
import { failed, makeResult, POINT, REFUSED, SCENARIO, withLedger } from '../../tests/fixture.ts';
import { renderReport } from '../page/render.ts';
import { drawingOf } from './charts/plots.ts';
import { figuresOf, type PageModel, pageModel } from './model.ts';
import type { Chart, DotChart, Figure, Table } from './page-model.ts';

const figureOf = (result: Result, id: string): Figure => {
  const figure = pageModel(result)
    .sections.flatMap(({ figures }) => figures)
    .find((one) => one.id === id);
  if (!figure) throw new Error(`no figure ${id}`);
  return figure;
};
const cellsOf = ({ rows, columns }: Table, lane: string, label: string): string => {
  const at = columns.findIndex((column) => column.label === label) - 1;
  const cell = rows.find(({ header }) => header === lane)?.cells[at];
  return [cell?.text, cell?.interval].filter((part) => part !== undefined).join(' ');
};
const drawn = (model: PageModel) => drawingOf(figuresOf(model));
const chartOf = (figure: Figure): Chart | undefined => figure.charts?.[0]?.panels[0]?.chart;
const dots = (figure: Figure) => chartOf(figure) as DotChart;
const tableOf = (figure: Figure): Table => {
  const [table] = figure.tables;
  if (!table) throw new Error(`no table in ${figure.id}`);
  return table;
};
const lose = (cell: CompletedCell): CompletedCell => ({
  ...cell,
  delivery: { ...cell.delivery, missing: 2, delivered: 998 },
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}

describe('the model', () => {
  test('is pure: a frozen result gives the same page each time', () => {
    const result = deepFreeze(makeResult());
    const first = pageModel(result);
    expect(pageModel(result)).toEqual(first);
    expect(drawn(first)).toEqual(drawn(pageModel(result)));
  });

  test('does not depend on the order in which cells ran', () => {
    const result = makeResult();
    expect(pageModel({ ...result, cells: [...result.cells].reverse() })).toEqual(pageModel(result));
  });

  test('says first whether the numbers may be cited, and why not', () => {
    expect(pageModel(makeResult()).hero.trust.map(({ isCitable }) => isCitable)).toEqual([true, true, true, true]);
    expect(pageModel(makeResult()).hero.reasons).toEqual([]);
    const { trust, reasons } = pageModel(makeResult({ replace: REFUSED })).hero;
    expect(trust.map(({ isCitable }) => isCitable)).toEqual([false, false, false, false]);
    expect(reasons).toEqual(['all: dirty-tree: The code differed from its commit.']);
  });
});

describe('polls, and the parts of a latency', () => {
  const change = (cell: CompletedCell): CompletedCell => ({
    ...cell,
    ...(cell.lane === 'gamma' && { polls: { answered: 50, empty: 0 } }),
    ...(cell.lane === 'beta' && { latencyParts: { feedUs: 100, serverUs: 200, wireUs: 300, clientUs: 20 } }),
  });
  const tableOf = (result: Result, title: string) =>
    pageModel(result)
      .sections.flatMap(({ figures }) => figures.flatMap(({ tables }) => tables))
      .find((one) => one.title.startsWith(title));

  test('have a table of the lanes that tell them', () => {
    const polls = tableOf(makeResult({ change }), 'Per poll');
    expect(polls?.columns.map(({ label }) => label)).toEqual([
      ...['Lane', 'Events per poll', 'Bytes per poll', 'CPU per poll', 'Rounds'],
    ]);
    expect(polls?.rows.map(({ header, cells }) => [header, cells[0]?.text])).toEqual([['Lane gamma', '20']]);
    const parts = tableOf(makeResult({ change }), 'Parts of latency');
    expect(parts?.rows.map(({ header, cells }) => [header, ...cells.map(({ text }) => text)])).toEqual([
      ['Lane beta', '100', '200', '300', '20', '3'],
    ]);
  });

  test('have none where no lane tells them', () => {
    expect(tableOf(makeResult(), 'Per poll')).toBeUndefined();
    expect(tableOf(makeResult(), 'Parts of latency')).toBeUndefined();
  });
});

describe('a figure that may not be cited', () => {
  const tablesOf = (result: Result) =>
    pageModel(result).sections.flatMap(({ figures }) => figures.flatMap(({ tables }) => tables));
  const change = (cell: CompletedCell): CompletedCell =>
    cell.lane === 'alpha' ? { ...cell, warnings: [severe('code', 'why', 'hint', ['latency'])] } : cell;

  test('has a mark in each table, and the reason below', () => {
    const marked = tablesOf(makeResult({ change })).map(({ rows }) =>
      rows.map(({ cells }) => cells.some(({ refusal }) => refusal !== undefined)),
    );
    expect(marked.filter((rows) => rows.includes(true))).toEqual([[true, false, false]]);
    const page = renderReport(makeResult({ change }));
    expect(page).toContain('<sup title="not citable: code: in 3 of 3 rounds of alpha.">†</sup>');
    expect(page).toMatch(/<p class="below">.*† not citable: code: in 3 of 3 rounds of alpha\.<\/p>/);
    expect(renderReport(makeResult())).not.toMatch(/<sup|† not citable:/);
  });
});

describe('numbers of a table', () => {
  const result = makeResult();
  const estimate = (lane: string, metric: string) => {
    const found = result.estimates.find((one) => one.lane === lane && one.metric === metric);
    if (!found) throw new Error(`no estimate of ${metric}`);
    return found;
  };

  test('are the estimates of the result, within half of the last digit', () => {
    for (const [lane, label, metric] of [
      ['alpha', 'p50', 'latency.p50Us'],
      ['gamma', 'p95', 'latency.p95Us'],
    ] as const) {
      const { value, low, high } = estimate(lane, metric);
      const printed = cellsOf(tableOf(figureOf(result, 'spread-latency')), `Lane ${lane}`, label);
      const [shown, ...bounds] = printed.match(/[\d.]+/g)?.map(Number) ?? [];
      const digits = printed.split(' ')[0]?.split('.')[1]?.length ?? 0;
      expect(shown).toBeCloseTo(value / 1e3, digits);
      expect(bounds[0]).toBeCloseTo(Number(low) / 1e3, digits);
      expect(bounds[1]).toBeCloseTo(Number(high) / 1e3, digits);
    }
  });

  test('are those of the chart beside it', () => {
    const memory = figureOf(result, 'spread-cpu').charts?.[1]?.panels[0]?.chart as DotChart;
    const tables = [tableOf(figureOf(result, 'spread-latency')), tableOf(figureOf(result, 'spread-memory'))] as const;
    for (const [{ series, lanes, unit }, table] of [
      [dots(figureOf(result, 'spread-latency')), tables[0]],
      [memory, tables[1]],
    ] as const) {
      for (const { label, estimates } of series) {
        expect(estimates).toHaveLength(3);
        for (const { row, text } of estimates) {
          const printed = cellsOf(table, lanes[row]?.title ?? '', label).split(' ')[0];
          expect(text).toBe(`${printed} ${unit}`);
        }
      }
    }
  });

  test('carry a unit where they have one', () => {
    const table = tableOf(figureOf(result, 'spread-latency'));
    expect(table.columns.filter(({ label }) => /^p\d+$/.test(label)).map(({ unit }) => unit)).toEqual(['ms', 'ms']);
  });

  test('of bytes are all of them, and those that are not payload', () => {
    const table = tableOf(figureOf(result, 'spread-bytes'));
    expect(['On the sockets', 'Overhead'].map((label) => cellsOf(table, 'Lane gamma', label))).toEqual(['140', '12']);
  });

  describe('of a lane that compresses', () => {
    const compressed = (cell: CompletedCell): CompletedCell => {
      const { window } = cell.wire;
      const clients = { ...window.clients, receivedBytes: cell.wire.windowDeliveries * 60 };
      const wire = { ...cell.wire, window: { ...window, clients }, perDeliveryBytes: 60 };
      return { ...cell, options: { compression: 'deflate' }, wire };
    };
    const labels = ['On the sockets', 'Overhead'];
    const rowOf = (figure: Figure) => labels.map((label) => cellsOf(tableOf(figure), 'Lane alpha', label));

    test('have the payload that the ledger saw on the wire', () => {
      const readAlong = (cell: CompletedCell): CompletedCell => {
        const { wire, ...rest } = compressed(withLedger(cell));
        if (!wire.ledger) throw new Error('no ledger');
        const { window } = wire.ledger;
        const read = { ...window, down: { ...window.down, payload: window.events * 57 } };
        return { ...rest, wire: { ...wire, ledger: { ...wire.ledger, window: read } } };
      };
      const figure = figureOf(makeResult({ lanes: ['alpha'], change: readAlong }), 'spread-bytes');
      expect(rowOf(figure)).toEqual(['60', '3']);
    });

    test('have a total alone where no ledger was kept', () => {
      const figure = figureOf(makeResult({ lanes: ['alpha'], change: compressed }), 'spread-bytes');
      expect(cellsOf(tableOf(figure), 'Lane alpha', 'On the sockets')).toBe('60');
      expect(tableOf(figure).notes).toEqual([expect.stringMatching(/^Overhead: needs .* compressed/)]);
    });
  });
});

describe('every round', () => {
  test('is a dot, with the value that its cell has', () => {
    const result = makeResult({ rounds: 4 });
    const [p50] = dots(figureOf(result, 'spread-latency')).series;
    const cells = result.cells.filter((cell): cell is CompletedCell => cell.lane === 'alpha');
    expect(p50?.rounds.filter(({ row }) => row === 0).map(({ value }) => value)).toEqual(
      cells.map(({ latency }) => latency.p50Us / 1e3),
    );
  });
});

describe('a percentile', () => {
  test('with too few events behind it is not quoted, and the table says how many it needs', () => {
    const figure = figureOf(makeResult({ events: 100 }), 'spread-latency');
    const [table, chart] = [tableOf(figure), chartOf(figure)];
    expect((chart as DotChart).series.map(({ label }) => label)).toEqual(['p50', 'p95']);
    expect(table.notes).toEqual(['p99: n too small (needs 299 events).', 'p99.9: n too small (needs 2,995 events).']);
  });

  test('with enough events is charted and tabled', () => {
    const figure = figureOf(makeResult({ events: 300 }), 'spread-latency');
    const [table, chart] = [tableOf(figure), chartOf(figure)];
    expect((chart as DotChart).series.map(({ label }) => label)).toEqual(['p50', 'p95', 'p99']);
    expect(cellsOf(table, 'Lane alpha', 'p99')).toMatch(/^\d/);
    expect(table.notes).toEqual(['p99.9: n too small (needs 2,995 events).']);
  });

  test('that only some lanes may quote has a remark in the others', () => {
    const short = (cell: CompletedCell): CompletedCell => ({
      ...cell,
      window: { ...cell.window, events: cell.lane === 'beta' ? 100 : 300 },
    });
    const table = tableOf(figureOf(makeResult({ events: 300, change: short }), 'spread-latency'));
    expect(cellsOf(table, 'Lane alpha', 'p99')).toMatch(/^\d/);
    expect(cellsOf(table, 'Lane beta', 'p99')).toBe('n too small (needs 299 events)');
  });
});

describe('what does not count', () => {
  test('is listed with phase, error, code and signal', () => {
    const result = makeResult({ change: (cell) => (cell.lane === 'gamma' && cell.round === 2 ? failed(cell) : cell) });
    const { rejected } = pageModel(result).checks;
    expect(rejected?.rows.map(({ header, cells }) => [header, ...cells.map(({ text }) => text)])).toEqual([
      ['Lane gamma', 'Spread', '2', 'warm-up', 'worker 1 ended', '139', 'SIGSEGV'],
    ]);
  });

  test('says which cells were measured again when the run was resumed, and counts their round once', () => {
    const result = makeResult();
    const [first, second] = result.cells;
    if (first?.state !== 'completed' || second?.state !== 'completed') throw new Error('no cells');
    const again = { ...first, order: result.cells.length + 1 };
    const cells = [failed(first), failed(second), ...result.cells.slice(2), again];
    const { checks, sections } = pageModel({ ...result, cells });
    expect(checks.rejected?.columns.at(-1)?.label).toBe('Then');
    expect(checks.rejected?.rows.map(({ header, cells }) => [header, cells.at(-1)?.text])).toEqual([
      ['Lane alpha', 'measured again'],
      ['Lane beta', 'none'],
    ]);
    expect(sections[0]?.notes).toEqual([expect.stringMatching(/^Lane beta is charted without 1 round of 3/)]);
  });

  test('is open to see where something is wrong, and folded with its outcome where nothing is', () => {
    const { audit, agreement } = pageModel(makeResult()).checks;
    expect([audit?.folded, agreement?.folded]).toEqual([
      'each of 9,000 deliveries arrived once and in order',
      'no byte differs',
    ]);
    const broken = pageModel(makeResult({ change: (cell) => (cell.order === 1 ? lose(cell) : cell) })).checks;
    expect([broken.audit?.folded, broken.agreement?.folded]).toEqual([undefined, 'no byte differs']);
  });

  test('is absent from a sound run', () => {
    expect(pageModel(makeResult()).checks.rejected).toBeUndefined();
  });

  test('is not charted, and the section says so: a whole lane', () => {
    const result = makeResult({ change: (cell) => (cell.lane === 'gamma' ? lose(cell) : cell) });
    const figure = figureOf(result, 'spread-latency');
    expect(dots(figure).lanes.map(({ title }) => title)).toEqual(['Lane alpha', 'Lane beta']);
    expect(cellsOf(tableOf(figure), 'Lane gamma', 'p50')).toBe('no valid round');
    expect(pageModel(result).sections[0]?.notes).toEqual([expect.stringMatching(/^Lane gamma is not charted/)]);
    expect(pageModel(result).checks.audit?.rows[2]?.cells.map(({ text }) => text)).toEqual([
      '3',
      '3,000',
      '2,994',
      '6',
      '0',
      '0',
      '0',
    ]);
  });

  test('is not charted, and the section says so: one round', () => {
    const result = makeResult({ change: (cell) => (cell.lane === 'gamma' && cell.round === 1 ? lose(cell) : cell) });
    const rounds = dots(figureOf(result, 'spread-latency')).series[0]?.rounds.filter(({ row }) => row === 2);
    expect(rounds?.map(({ round }) => round)).toEqual(['2', '3']);
    expect(pageModel(result).sections[0]?.notes).toEqual([
      expect.stringMatching(/^Lane gamma is charted without 1 round of 3/),
    ]);
  });

  test('shows where both sides disagree on bytes', () => {
    const drop = (cell: CompletedCell): CompletedCell => {
      const { server, clients } = cell.wire.cell;
      return {
        ...cell,
        wire: { ...cell.wire, cell: { server, clients: { ...clients, receivedBytes: clients.receivedBytes - 5 } } },
      };
    };
    const { agreement, rejected } = pageModel(makeResult({ rounds: 2, lanes: ['beta'], change: drop })).checks;
    const row = agreement?.rows[0];
    expect(agreement?.folded).toBeUndefined();
    expect(rejected?.rows[0]?.cells[2]?.text).toBe('byte count');
    expect(row?.cells[3]?.text).toBe('10');
    expect(row?.cells[6]?.text).toBe('0');
  });
});

describe('warnings', () => {
  const warn = (severity: 'severe' | 'notice', code: string, text = 'seen') =>
    (severity === 'severe' ? severe : notice)(code, text, 'do this');

  test('are grouped by code, severe ones first, with their lanes and every sighting', () => {
    const change = (cell: CompletedCell): CompletedCell => {
      const late = warn('notice', 'late', `late in ${cell.order}`);
      return { ...cell, warnings: cell.lane === 'alpha' ? [late, warn('severe', 'full')] : [late] };
    };
    const { warnings } = pageModel(
      makeResult({ rounds: 2, change, replace: { warnings: [warn('notice', 'run')] } }),
    ).checks;
    expect(warnings.map(({ code, where }) => [code, where])).toEqual([
      ['full', '2 cells: Lane alpha (2)'],
      ['run', 'the whole run'],
      ['late', '6 cells: Lane alpha (2), Lane beta (2), Lane gamma (2)'],
    ]);
    expect(warnings[2]?.all).toHaveLength(6);
    expect(warnings[2]?.hints).toEqual(['do this']);
  });
});

describe('lanes and scenarios come from the result', () => {
  test('so that renaming them only changes their names', () => {
    const rename = (text: string) =>
      text
        .replaceAll('alpha', 'uno')
        .replaceAll('beta', 'due')
        .replaceAll('gamma', 'tre')
        // Not the name of a field.
        .replaceAll(/spread(?!":)/g, 'quattro');
    // Ids of sentences are made of names.
    const model = (result: Result) => JSON.stringify(pageModel(result)).replace(/cite_[\w-]{8}/g, 'cite_');
    const result = makeResult();
    const renamed = JSON.parse(rename(JSON.stringify(result))) as Result;
    expect(model(renamed)).toBe(rename(model(result)));
    expect(model(renamed)).not.toBe(model(result));
  });

  test('so that a scenario of many points is one section, with a chart of each kind over all of its numbers', () => {
    const points = [1_000, 10, 100].map((clients) => ({ ...POINT, clients }));
    const result = makeResult({ points });
    const { further, time } = pageModel(result);
    expect(further.map(({ id, title, setting }) => [id, title, setting])).toEqual([
      ['spread', 'Spread', '20 events/s · 128 B payload · browser headers · 3 rounds'],
    ]);
    expect(time?.missing?.map(({ command }) => command)).toContain('npm run bench -- --scenarios fanout');
    const figure = figureOf(result, 'spread-latency');
    expect(chartOf(figure)).toMatchObject({
      kind: 'lines',
      y: { title: 'Latency p50, ms', scale: 'log' },
      x: { title: 'Clients (logarithmic)', ticks: [{ text: '10' }, { text: '100' }, { text: '1,000' }] },
    });
    expect(figure.charts?.map(({ panels }) => panels.map(({ title }) => title))).toEqual([
      ['Latency p50', 'Bytes per delivery', 'Server CPU per delivery', 'Server memory per client'],
    ]);
    expect([...new Set(tableOf(figure).rows.map(({ group }) => group))]).toEqual([
      '10 clients',
      '100 clients',
      '1,000 clients',
    ]);
  });

  test('so that charts side by side share one axis', () => {
    const points = [10, 100].map((clients) => ({ ...POINT, clients }));
    const plots = drawn(pageModel(makeResult({ points }))).plots.filter(({ id }) => id.startsWith('spread-cpu'));
    expect(plots).toHaveLength(2);
    expect(plots[1]?.x).toEqual(plots[0]?.x);
  });

  test.each(FIGURES)('so that a scenario asks for its figures: %s alone', (name) => {
    const { sections, wire } = pageModel(
      makeResult({ change: withLedger, replace: { scenarios: [{ ...SCENARIO, figures: [name] }] } }),
    );
    const ids = sections.flatMap(({ figures }) => figures.map(({ id }) => id));
    expect(ids).toEqual(name === 'layers' ? [] : [`spread-${name}`]);
    expect(wire?.tables.map(({ id }) => id)).toEqual(name === 'layers' ? ['spread-layers-table'] : undefined);
  });

  test('so that more lanes than colours still have a colour each', () => {
    const lanes = Array.from({ length: 11 }, (_, at) => `lane-${at}`);
    const text = JSON.stringify(drawn(pageModel(makeResult({ lanes, reference: 'lane-0' }))));
    expect(new Set(text.match(/--lane-\d+/g))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8].map((at) => `--lane-${at}`)));
  });
});
