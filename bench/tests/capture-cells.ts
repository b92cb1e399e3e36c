/** Entry: measures a cell of every lane and captures it, in the network namespace that it was started in. */

import { captureCells } from './captured-cells.ts';

await captureCells(process.argv[2] ?? '.');
