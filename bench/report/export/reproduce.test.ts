import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { lanes } from '../../catalogue/lanes.ts';
import { scenarios } from '../../catalogue/scenarios.ts';
import { addBenchFlags, type BenchFlags, configure } from '../../cli/configure.ts';
import type { Result } from '../../contract/result.ts';
import type { RunConfig } from '../../run/plan.ts';
import { makeResult, POINT, SCENARIO } from '../../tests/fixture.ts';
import { Anchors } from '../view/words/anchors.ts';
import { scenarioCommand } from '../view/words/commands.ts';
import { viewsOf } from '../view/words/places.ts';
import { reproduceLines } from '../view/words/wording.ts';
import { reproduceMarkdown } from './reproduce.ts';

const MACHINE = { workers: 6, fileDescriptors: null, localPorts: null };

function configOf(command: string): RunConfig {
  const words = command.replace('npm run bench -- ', '').split(' ');
  const parser = addBenchFlags(new Command()).exitOverride();
  return configure(parser.parse(words, { from: 'user' }).opts<BenchFlags>(), MACHINE);
}

function resultOf({ lanes, scenarios, ...config }: RunConfig): Result {
  return {
    ...makeResult(),
    ...config,
    lanes: lanes.map(({ id, title, summary, transport, options }) => ({ id, title, summary, transport, options })),
    scenarios: scenarios.map(({ points, ...scenario }) => ({ ...scenario, points: [...points] })),
  };
}

describe('the command of a scenario gives the same lanes, points and settings as its run', () => {
  const every = `--scenarios ${scenarios.map(({ id }) => id).join(',')}`;
  test.each([
    every,
    `${every} --lanes polling,long-polling --reference polling --rounds 3 --seed 42`,
    `${every} --clients 1000 --rate 0.5 --payload 512 --interval 250 --headers node`,
    `${every} --no-ledger --warmup 0.5 --window 2.5 --workers 1`,
    `${every} --profile paper --lanes long-polling,polling`,
    `${every} --rtt 0`,
    `${every} --rtt 50 --jitter 5 --bandwidth 100M`,
    `${every} --lanes polling,long-polling --reference long-polling --link netem --loss 0.5`,
  ])('npm run bench -- %s', (flags) => {
    const config = configOf(`npm run bench -- ${flags}`);
    expect(config.scenarios).toHaveLength(scenarios.length);
    for (const scenario of config.scenarios) {
      const again = configOf(scenarioCommand(resultOf(config), { ...scenario, points: [...scenario.points] }));
      const clients = Math.max(...scenario.points.map((point) => point.clients));
      const lanes = config.lanes.filter(({ id }) => scenario.lanes.includes(id));
      // Without its lane a reference is nobody's.
      const reference = scenario.lanes.includes(config.reference) ? config.reference : again.reference;
      expect(again).toEqual({
        ...config,
        reference,
        lanes,
        scenarios: [scenario],
        workers: Math.min(config.workers, clients),
      });
    }
  });

  test('lanes are those of the table', () => {
    expect(configOf(`npm run bench -- --lanes ${lanes.map(({ id }) => id).join(',')}`).lanes).toEqual(lanes);
  });
});

test.each([
  ['npm run bench', 'npm run bench -- --seed 7'],
  ['npm run bench -- --rounds 3', 'npm run bench -- --rounds 3 --seed 7'],
  ['npm run bench -- --seed=7', 'npm run bench -- --seed=7'],
])('the command of the run is what was typed, %s, with its seed', (command, expected) => {
  const result = makeResult({ replace: { command, seed: 7 } });
  expect(reproduceLines(result)).toEqual(['git checkout abcdef0123456789', 'npm ci', expected]);
});

describe('the page', () => {
  const pageOf = (result: Result) => reproduceMarkdown(result, viewsOf(result, new Anchors()), 2_048);

  test('has checkout, installation and run', () => {
    expect(pageOf(makeResult())).toContain(
      '```sh\ngit checkout abcdef0123456789\nnpm ci\nnpm run bench -- --profile test --seed 7\n```',
    );
  });

  test('has a command for the tables of each scenario, and the time that it took', () => {
    const other = { ...SCENARIO, id: 'other', title: 'Other' };
    const { cells } = makeResult();
    const page = pageOf(
      makeResult({
        replace: {
          scenarios: [SCENARIO, other],
          cells: [...cells, ...cells.map((cell) => ({ ...cell, scenario: 'other' }))],
        },
      }),
    );
    expect(page).toContain(
      'Tables `tab:pushlab-spread-latency`, `tab:pushlab-spread-bytes`, `tab:pushlab-spread-server`:',
    );
    expect(page).toMatch(/## Other\n[^#]*--scenarios other /);
    // 18 cells took 2 min 30 s in all, each alike.
    expect(page.match(/^9 cells, about 1.min.15.s\.$/gm)).toHaveLength(2);
  });

  test('counts windows alone where the end of a session is not known', () => {
    const result = makeResult();
    const sessions = result.sessions.map((session) => ({ ...session, endedAt: null }));
    // Nine cells, each with a window of 5 s.
    expect(pageOf({ ...result, sessions })).toContain('9 cells, about 45\u00a0s.');
  });

  test('says that code which was no commit can not be had', () => {
    const { environment } = makeResult();
    const page = pageOf(
      makeResult({ replace: { environment: { ...environment, git: { commit: null, dirty: null } } } }),
    );
    expect(page).not.toContain('git checkout');
    const changed = { ...environment, git: { commit: 'abc', dirty: true } };
    expect(pageOf(makeResult({ replace: { environment: changed } }))).toContain('can’t be had');
  });

  test('tells that it takes root and netem, where the kernel gave the distance', () => {
    const far = { ...POINT, rttMs: 20, link: 'netem' as const };
    expect(pageOf(makeResult({ points: [far] }))).toContain('Root, iproute2 and a kernel with netem');
    expect(pageOf(makeResult({ points: [{ ...POINT, rttMs: 20 }] }))).not.toContain('netem');
  });

  test('tells disk, machine and versions', () => {
    const page = pageOf(makeResult({ points: [POINT] }));
    expect(page).toMatch(/Disk: [\d.]+ KiB for result\.json and 2\.00 KiB for the exports/);
    expect(page).toContain('Test CPU, 2 cores, linux 6.1, Node 20, 8.00 GiB of memory');
    expect(page).toContain('express 5, ws 8, undici 7');
  });
});

test.each([
  'npm run bench -- --seed 1; rm -rf ~',
  'npm run bench -- $(x)',
  'npm run bench -- `x`',
  'npm run bench\n```\n<img src=x>',
  "npm run bench -- 'a`b'",
  'curl x | sh',
])('a recorded command that would do something else is left out: %s', (command) => {
  const lines = reproduceLines({ ...makeResult(), command });
  expect(lines.at(-1)).toBe('# Its command is none that this project records.');
  expect(lines.join('\n')).not.toContain(command);
});

test('a recorded command with quoted words stays as it is', () => {
  const command = "npm run bench -- --lanes 'a b' --seed 1 --x 'it'\\''s'";
  expect(reproduceLines({ ...makeResult(), command }).at(-1)).toBe(command);
});

test('names of a result are words of a shell, and nothing else', () => {
  const result = { ...makeResult(), profile: '$(x)', reference: 'alpha' };
  const command = scenarioCommand(result, { ...SCENARIO, id: 'a; b\n```', lanes: ["it's"] } as never);
  expect(command).toContain("--profile '$(x)' --scenarios 'a; b????' --lanes 'it'\\''s' ");
});
