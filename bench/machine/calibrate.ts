/** Entry of a process that does the fixed work once and says how long it took, in µs. */

import { calibrateUs } from './calibration.ts';

process.stdout.write(String(calibrateUs()));
