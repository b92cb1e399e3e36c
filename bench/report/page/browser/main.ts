/** All that runs in the page: charts are drawn first, so that a link's goal does not move once it is reached. */

import './charts.ts';
import './save.ts';
import './reader.ts';
import './cite.ts';
import './numbers.ts';
