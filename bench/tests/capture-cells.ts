/** Entry: measures the cells of the witness and captures them, in the network namespace that it was started in. */

import { captureCells } from './captured-cells.ts';

await captureCells(process.argv[2] ?? '.');
