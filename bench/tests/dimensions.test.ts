/** A dimension of a point is one row: one that is added to the table here is told of nowhere else. */

import { Command } from 'commander';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { addBenchFlags, type BenchFlags, configure } from '../cli/configure.ts';
import { DIMENSIONS } from '../contract/dimensions.ts';
import { completedCellSchema, type Point, resultSchema } from '../contract/result.ts';
import { cellsCsv } from '../report/export/cells-csv.ts';
import { scenarioCommand } from '../report/view/words/commands.ts';
import { commonText, distinctPoints, sweepsOf, variedText } from '../report/view/words/points.ts';
import { makeResult, POINT } from './fixture.ts';

vi.mock('../contract/dimensions.ts', async (original) => {
  const table = await original<typeof import('../contract/dimensions.ts')>();
  const { wholeNumber } = await import('../contract/flags.ts');
  const topics = {
    key: 'topics',
    name: 'Topics',
    schema: z.int().positive().optional().describe('That events are spread over'),
    text: (number: string) => `${number} topics`,
    unset: 'one topic',
    axis: { unit: 'topics' },
    flag: {
      name: 'event-topics',
      option: '--event-topics <n>',
      help: 'that events are spread over',
      parse: wholeNumber(1, 50),
    },
  };
  return {
    ...table,
    DIMENSIONS: [...table.DIMENSIONS, topics],
    pointShape: { ...table.pointShape, [topics.key]: topics.schema },
  };
});

const withTopics = (topics: number): Point => ({ ...POINT, topics }) as Point;
const command = () =>
  addBenchFlags(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
const configOf = (line: string) =>
  configure(command().parse(line.split(' '), { from: 'user' }).opts<BenchFlags>(), {
    workers: 1,
    fileDescriptors: null,
    localPorts: null,
  });

describe('a dimension that is one row more', () => {
  it('has a flag, with its help and its bounds, which sets each point', () => {
    expect(command().helpInformation()).toMatch(/--event-topics <n> +that events are spread over/);
    const points = configOf('--scenarios fanout').scenarios[0]?.points ?? [];
    expect(points.length).toBeGreaterThan(0);
    expect(configOf('--scenarios fanout --event-topics 7').scenarios[0]?.points).toEqual(
      points.map((point) => ({ ...point, topics: 7 })),
    );
    expect(() => configOf('--event-topics 51')).toThrow(/--event-topics .*'51' is invalid.* from 1 to 50/);
  });

  it('is in the schema, with its description, as what a scenario may vary, and as a column', () => {
    const { point } = completedCellSchema.shape;
    expect(point.parse(withTopics(7))).toEqual(withTopics(7));
    expect(() => point.parse(withTopics(0))).toThrow();
    expect(JSON.stringify(z.toJSONSchema(point))).toContain('That events are spread over');
    expect(JSON.stringify(z.toJSONSchema(resultSchema.shape.scenarios))).toContain(',"topics"]');
    expect(cellsCsv(makeResult({ points: [withTopics(7)] }))).toMatch(/,topics,round/);
  });

  it('has words, an order and an axis', () => {
    const points = distinctPoints([withTopics(9), withTopics(7), POINT]);
    expect(points).toEqual([POINT, withTopics(7), withTopics(9)]);
    expect(points.map((point) => variedText(point, points))).toEqual(['one topic', '7 topics', '9 topics']);
    expect(commonText([withTopics(7)])).toBe('10 clients · 20 events/s · 128 B payload · browser headers · 7 topics');
    const [sweep] = sweepsOf(points, { varies: ['topics' as keyof Point] });
    expect(sweep).toMatchObject({ title: 'Topics varied', along: { name: 'Topics', unit: 'topics' } });
    expect(points.map((point) => sweep?.along?.valueOf(point))).toEqual([undefined, 7, 9]);
  });

  it('is in the command that measures a scenario again', () => {
    const result = makeResult({ points: [withTopics(7)] });
    const [scenario] = result.scenarios;
    if (!scenario) throw new Error('no scenario');
    expect(scenarioCommand(result, scenario)).toContain('--headers browser --event-topics 7');
  });
});

it('every key of a point has a row, and every row a key', () => {
  expect(Object.keys(completedCellSchema.shape.point.shape)).toEqual(DIMENSIONS.map(({ key }) => key));
});
