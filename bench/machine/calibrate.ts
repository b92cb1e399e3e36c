/** Entry of a process that does the fixed work once and says how long it took, in µs. */

import { calibrateUs } from './calibration.ts';

// Ctrl-C reaches the whole process group; ended by it, this process would make the run fail in place of being saved.
process.on('SIGINT', () => {});
process.stdout.write(String(calibrateUs()));
