import { expect, it } from 'vitest';
import { recordedCommand } from './command-line.ts';

it.each([
  [[], 'npm run bench'],
  [['--profile', 'smoke'], 'npm run bench -- --profile smoke'],
  [['--results', '/home/ada/out', '--rounds', '3'], 'npm run bench -- --rounds 3'],
  [['--rounds=3', '--results=/home/ada/out'], 'npm run bench -- --rounds=3'],
  [['--node', '/home/ada/bin/node', '--seed', '2'], 'npm run bench -- --node node-22.1.0 --seed 2'],
  [['--node=/home/ada/bin/node'], 'npm run bench -- --node node-22.1.0'],
  [['--headers', "it's"], "npm run bench -- --headers 'it'\\''s'"],
])('%j is recorded as %s: without paths, as a shell takes it', (args, command) => {
  expect(recordedCommand(args, '22.1.0')).toBe(command);
});
