/** Entry of a process that does the fixed work once and says how long it took, in µs. */

import { calibrateUs } from './measure/calibration.ts';

process.stdout.write(String(calibrateUs()));
