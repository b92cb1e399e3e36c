import { describe, expect, test } from 'vitest';
import { pointsOf } from '../../../catalogue/profiles.ts';
import { scenarios } from '../../../catalogue/scenarios.ts';
import { axesOf, type DeclaredAxes, DIMENSIONS } from '../../../contract/dimensions.ts';
import type { Point } from '../../../contract/result.ts';
import { withoutInterval } from '../../../stats/group.ts';
import { POINT } from '../../../tests/fixture.ts';
import { commonText, distinctPoints, sweepsOf, variedText } from './points.ts';

/** Sweeps of a scenario whose points tell what it varies, unless said. */
const sweeps = (points: readonly Point[], axes: DeclaredAxes = {}) =>
  sweepsOf(distinctPoints(points), axesOf(points, axes));
const titles = (points: readonly Point[], axes?: DeclaredAxes) =>
  sweeps(points, axes).map(({ title, points }) => [title, ...points.map((one) => one.title)]);

describe('points', () => {
  test('that are equal are one, whatever the order of their keys', () => {
    const { headers, ...rest } = POINT;
    expect(distinctPoints([POINT, { headers, ...rest }])).toHaveLength(1);
  });

  test('say what they have in common and what tells them apart', () => {
    const points = distinctPoints([
      { ...POINT, clients: 1, pollIntervalMs: 50 },
      { ...POINT, clients: 1, pollIntervalMs: 200 },
    ]);
    expect(commonText(points)).toBe('1 client · 20 events/s · 128 B payload · browser headers');
    expect(points.map((point) => variedText(point, points))).toEqual(['polled every 50 ms', 'polled every 200 ms']);
    expect(variedText(POINT, [POINT])).toBeUndefined();
  });

  test('with a link say what it is like, and others nothing of it', () => {
    const distant = { ...POINT, rttMs: 100, bandwidthBitsPerSecond: 1.5e6, jitterMs: 5 };
    expect(commonText([distant])).toMatch(/ browser headers · RTT 100 ms · 1,500 kbit\/s · jitter 5 ms$/);
    expect(commonText([POINT])).toMatch(/ browser headers$/);
  });

  test("whose link is the kernel's say so, and what it loses", () => {
    const far: Point = { ...POINT, rttMs: 100, link: 'netem', lossPercent: 0.5 };
    expect(commonText([far])).toContain('RTT 100 ms · loss 0.5 % · netem');
    const { link: _link, lossPercent: _loss, ...byProcess } = far;
    const points = distinctPoints([far, { ...far, lossPercent: 1 }, byProcess]);
    expect(points.map((point) => variedText(point, points))).toEqual([
      'without loss, by a process',
      'loss 0.5 %, netem',
      'loss 1 %, netem',
    ]);
  });

  test('name stalled clients, messages and held events, and nothing where there are none', () => {
    const point = { ...POINT, eventsPerSecond: 0, stalledClients: 1, messagesPerSecond: 10, heldEvents: 1 };
    expect(commonText([point])).toBe(
      '10 clients · no events · 128 B payload · browser headers · 1 more client stalled · 10 messages/s each · each poll finds 1 event',
    );
    expect(commonText([{ ...POINT, stalledClients: 0, heldEvents: 0 }])).toContain(
      'no client stalled · each poll finds no event',
    );
    expect(commonText([POINT])).not.toMatch(/stall|message|poll/);
  });

  test('that leave out what others set say that they do', () => {
    const points = [POINT, { ...POINT, pollIntervalMs: 50 }];
    expect(points.map((point) => variedText(point, points))).toEqual(['no poll interval set', 'polled every 50 ms']);
  });
});

const IN_STEP: DeclaredAxes = { varies: 'clients', covaries: ['eventsPerSecond'] };

describe('sweeps', () => {
  test('over numbers have an axis, with what else is fixed; others have none', () => {
    const grid = [1, 10].flatMap((clients) => [0, 20].map((rttMs) => ({ ...POINT, clients, rttMs })));
    const [first] = sweeps(grid);
    expect(first?.along).toMatchObject({ name: 'Clients', unit: '', fixed: 'RTT 0 ms' });
    expect(first?.points.map(({ point }) => first.along?.valueOf(point))).toEqual([1, 10]);
    const headers = (['minimal', 'node'] as const).map((headers) => ({ ...POINT, headers }));
    expect(sweeps(headers)[0]?.along).toBeUndefined();
  });

  test('of one point have no title', () => {
    expect(titles([POINT])).toEqual([[undefined, '']]);
  });

  test('of the distance begin without one, which is not the same as none at all', () => {
    expect(titles([{ ...POINT, rttMs: 50 }, POINT, { ...POINT, rttMs: 0 }])).toEqual([
      ['RTT varied', 'without a link', 'RTT 0 ms', 'RTT 50 ms'],
    ]);
  });

  test('of the bandwidth end with no limit', () => {
    const distant = { ...POINT, rttMs: 50 };
    const points = [distant, { ...distant, bandwidthBitsPerSecond: 1e6 }, { ...distant, bandwidthBitsPerSecond: 5e5 }];
    expect(titles(points)).toEqual([['Bandwidth varied', '500 kbit/s', '1,000 kbit/s', 'unlimited']]);
  });

  test('of two things in step are one sweep, along the first', () => {
    const points = [1, 10, 100].map((clients) => ({ ...POINT, clients, eventsPerSecond: 1_000 / clients }));
    expect(titles(points, IN_STEP)).toEqual([
      [
        'Clients varied and rate in step with it',
        '1 client, 1,000 events/s',
        '10 clients, 100 events/s',
        '100 clients, 10 events/s',
      ],
    ]);
    expect(sweeps(points, IN_STEP)[0]?.along).toMatchObject({ name: 'Clients', covaries: 'rate', fixed: undefined });
  });

  test('go on where polls are rarer at one of their points, and say where', () => {
    const points = [1, 10, 100].map((clients) => ({ ...POINT, clients, eventsPerSecond: 1_000 / clients }));
    const last = { ...POINT, clients: 1_000, eventsPerSecond: 1, pollIntervalMs: 5_000 };
    const all = [...points, last];
    expect(titles(all, IN_STEP)).toEqual([
      [
        'Clients varied and rate in step with it; polled every 5,000 ms at 1,000 clients',
        '1 client, 1,000 events/s',
        '10 clients, 100 events/s',
        '100 clients, 10 events/s',
        '1,000 clients, 1 event/s, polled every 5,000 ms',
      ],
    ]);
    expect(sweeps(all, IN_STEP)[0]?.along?.partiallySet).toBe('polled every 5,000 ms at 1,000 clients');
    expect(all.map((point) => variedText(point, all))).toEqual(titles(all, IN_STEP)[0]?.slice(1));
  });

  test('of a star are its rays, and its middle stands in both', () => {
    const star = [
      ...[4_096, 64, 128].map((payloadBytes) => ({ ...POINT, payloadBytes })),
      ...(['browser-cookie', 'minimal'] as const).map((headers) => ({ ...POINT, headers })),
    ];
    expect(titles(star)).toEqual([
      ['Payload varied, with browser headers', '64 B payload', '128 B payload', '4,096 B payload'],
      ['Headers varied, with 128 B payload', 'minimal headers', 'browser headers', 'browser-cookie headers'],
    ]);
  });

  test('of a star bring its middle along for a single ray', () => {
    const points = [
      ...[64, 128, 4_096].map((payloadBytes) => ({ ...POINT, payloadBytes })),
      { ...POINT, headers: 'node' as const },
    ];
    expect(titles(points).at(-1)).toEqual(['Headers varied, with 128 B payload', 'node headers', 'browser headers']);
  });

  test('of a grid hold each point once', () => {
    const grid = [1, 10].flatMap((clients) =>
      [64, 128, 256].map((payloadBytes) => ({ ...POINT, clients, payloadBytes })),
    );
    expect(titles(grid, { varies: ['payloadBytes', 'clients'] })).toEqual([
      ['Payload varied, with 1 client', '64 B payload', '128 B payload', '256 B payload'],
      ['Payload varied, with 10 clients', '64 B payload', '128 B payload', '256 B payload'],
    ]);
  });

  test('over clients, and over poll intervals where one point says none, are two', () => {
    const points = [{ ...POINT, clients: 1 }, POINT, { ...POINT, pollIntervalMs: 50 }];
    expect(titles(points, { varies: ['clients', 'pollIntervalMs'] })).toEqual([
      ['Clients varied', '1 client', '10 clients'],
      ['Poll interval varied, with 10 clients', '', 'polled every 50 ms'],
    ]);
  });

  test('leave out no point that stands alone', () => {
    const points = [POINT, { ...POINT, clients: 100, payloadBytes: 64 }];
    expect(titles(points)).toEqual([
      [undefined, '10 clients, 128 B payload'],
      [undefined, '100 clients, 64 B payload'],
    ]);
  });
});

test('a scenario says what its points vary, and nothing else differs between them', () => {
  for (const { id, points, morePoints = [], varies = [], covaries = [] } of scenarios) {
    const all = [...points, ...morePoints];
    expect(axesOf(all, { varies, covaries }), id).toMatchObject({ varies: [varies].flat() });
    const declared = [varies, covaries].flat();
    const differing = DIMENSIONS.filter(({ key }) => new Set(all.map((point) => point[key])).size > 1);
    expect(
      differing.map(({ key }) => key),
      id,
    ).toEqual(expect.arrayContaining(declared));
    // A setting of the lanes that poll may differ without being what the scenario is about.
    const others = differing.filter(({ isPartiallySet }) => !isPartiallySet).map(({ key }) => key);
    expect(declared, id).toEqual(expect.arrayContaining(others));
  }
});

test.each([
  [
    'anatomy',
    ['Payload varied, with browser headers', '64 B payload', '128 B payload', '4,096 B payload', '65,536 B payload'],
    [
      'Headers varied, with 128 B payload',
      'minimal headers',
      'node headers',
      'browser headers',
      'browser-cookie headers',
    ],
  ],
  ['idle', [undefined, '']],
  ['variants', [undefined, '']],
  [
    'distance',
    ['RTT varied, with 1 event/s', 'RTT 0 ms', 'RTT 100 ms'],
    ['RTT varied, with 20 events/s', 'RTT 0 ms', 'RTT 20 ms', 'RTT 100 ms'],
  ],
  [
    'gap',
    ['RTT varied, with 20 events/s', 'RTT 25 ms', 'RTT 50 ms', 'RTT 100 ms'],
    ['Rate varied, with RTT 20 ms', '50 events/s', '100 events/s'],
    [undefined, '10 events/s, RTT 10 ms'],
  ],
  [
    'interval',
    [
      'Poll interval varied',
      '',
      'polled every 100 ms',
      'polled every 300 ms',
      'polled every 1,000 ms',
      'polled every 5,000 ms',
    ],
  ],
  ['payload', ['Payload varied', '64 B payload', '512 B payload', '4,096 B payload', '65,536 B payload']],
  ['rate', ['Rate varied', '1 event/s', '10 events/s', '100 events/s', '1,000 events/s']],
  [
    'clients',
    [
      'Clients varied and rate in step with it',
      '1 client, 2,500 events/s',
      '10 clients, 250 events/s',
      '100 clients, 25 events/s',
      '1,000 clients, 2.5 events/s',
    ],
  ],
  ['connect', ['RTT varied', 'RTT 0 ms', 'RTT 20 ms', 'RTT 100 ms']],
  ['reconnect', [undefined, '']],
  ['slow-client', ['Stalled clients varied', 'no client stalled', '1 more client stalled']],
  ['upstream', [undefined, '']],
  ['capacity', ['Events held varied', 'each poll finds no event', 'each poll finds 1 event']],
  ['knee', ['Rate varied', '100 events/s', '200 events/s', '400 events/s', '800 events/s', '1,600 events/s']],
])('the points of %s in their sweeps', (id, ...expected) => {
  const [scenario] = scenarios.filter((one) => one.id === id);
  if (!scenario) throw new Error(`no scenario ${id}`);
  const points = [...pointsOf(scenario, { everyPoint: true })];
  // Lanes that do not poll are measured at the point without an interval.
  const measured = id === 'interval' ? [...points.map(withoutInterval), ...points] : points;
  expect(titles(measured, scenario)).toEqual(expected);
});
