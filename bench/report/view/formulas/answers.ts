/** What the formulas say of one load, as texts and drawn lines: the same when the page is built and in the browser. */

import {
  bytesOf,
  bytesPerSecond,
  type Constants,
  delayUs,
  ETHERNET_MSS_BYTES,
  equalIntervalMs,
  type LaneConstants,
  LEVELS,
  type Level,
  type Load,
  pollsOf,
  type Term,
  termsOf,
} from './formulas.ts';

export interface Settings extends Load {
  readonly level: Level;
}

export interface Field {
  readonly key: 'clients' | 'eventsPerSecond' | 'payloadBytes' | 'rttMs' | 'intervalMs' | 'keepAliveMs';
  readonly label: string;
  /** How much of the setting's unit makes one of the field's. */
  readonly scale: number;
  readonly range: readonly [number, number];
}

/** Ranges are in the units of the fields. */
export const FIELDS: readonly Field[] = [
  { key: 'clients', label: 'clients', scale: 1, range: [1, 1e8] },
  { key: 'eventsPerSecond', label: 'events/s, to each', scale: 1, range: [0, 1e4] },
  { key: 'payloadBytes', label: 'payload, B', scale: 1, range: [1, 1e6] },
  { key: 'rttMs', label: 'round trip, ms', scale: 1, range: [0, 1e4] },
  { key: 'intervalMs', label: 'poll every, s', scale: 1e3, range: [0.01, 86_400] },
  { key: 'keepAliveMs', label: 'keep-alive, s (0: usual)', scale: 1e3, range: [0, 3_600] },
];

const DASHBOARD = {
  clients: 10_000,
  eventsPerSecond: 1,
  payloadBytes: 128,
  rttMs: 40,
  intervalMs: 1_000,
  keepAliveMs: 0,
};

export const PRESETS: readonly { readonly title: string; readonly load: Readonly<Record<Field['key'], number>> }[] = [
  { title: 'Dashboard', load: DASHBOARD },
  { title: 'Chat', load: { ...DASHBOARD, clients: 1_000, eventsPerSecond: 0.2, payloadBytes: 256, intervalMs: 2_000 } },
  {
    title: 'Notifications, phone',
    load: { ...DASHBOARD, eventsPerSecond: 1 / 3_600, payloadBytes: 256, rttMs: 100, intervalMs: 60_000 },
  },
  { title: 'Ticker', load: { ...DASHBOARD, clients: 1_000, eventsPerSecond: 20, payloadBytes: 64, intervalMs: 250 } },
  { title: 'Silence', load: { ...DASHBOARD, eventsPerSecond: 0, intervalMs: 5_000 } },
];

export function settingsOf(load: Readonly<Record<Field['key'], number>>, { profiles }: Constants): Settings {
  const headers = profiles.includes('browser') ? 'browser' : (profiles[0] ?? '');
  return { ...load, headers, isTls: false, level: 'tcpIp', mssBytes: ETHERNET_MSS_BYTES };
}

/** Ratios up to these make no practical difference. */
const MARGINS = { delay: 1.05, bytes: 1.01 };
const MONTH_SECONDS = 30 * 86_400;

/** What is shown of a lane; texts with their units. */
export interface Shown {
  readonly delay: string;
  readonly delayNote: string;
  readonly rate: string;
  readonly rateNote: string;
  readonly month: string;
  readonly requests: string;
  readonly formula: string;
}

export interface Answer {
  /** In the order of the lanes. */
  readonly rows: readonly Shown[];
  readonly findings: readonly string[];
}

export function answerOf(constants: Constants, settings: Settings): Answer {
  const { level, eventsPerSecond, clients } = settings;
  const all = constants.lanes.map((lane) => {
    const terms = termsOf(lane, settings, constants);
    const polls = pollsOf(lane, settings);
    return {
      lane,
      terms,
      delay: delayUs(lane, settings),
      bytes: bytesPerSecond(lane, settings, constants, level),
      requests: (polls.full + polls.empty) * clients,
    };
  });
  const least = { delay: Math.min(...all.map((one) => one.delay)), bytes: Math.min(...all.map((one) => one.bytes)) };
  const bits = scaled(
    all.map(({ bytes }) => bytes * clients * 8),
    'bit/s',
  );
  const month = scaled(
    all.map(({ bytes }) => bytes * clients * MONTH_SECONDS),
    'B',
  );
  const isAlone = all.length === 1;
  const rows = all.map(
    ({ lane, terms, delay, bytes, requests }, at): Shown => ({
      delay: eventsPerSecond > 0 ? timeText(delay) : '–',
      delayNote: eventsPerSecond > 0 && !isAlone ? comparedText(delay / least.delay, MARGINS.delay, 'least') : '',
      rate: bits[at] ?? '',
      rateNote: isAlone ? '' : comparedText(bytes / least.bytes, MARGINS.bytes, 'fewest'),
      month: month[at] ?? '',
      requests: requests > 0 ? `${figure(requests)}/s` : lane.polls ? '0/s' : 'none',
      formula: `${terms.flatMap((term) => termText(term, level)).join(' + ')} = ${figure(bytes)} B/s`,
    }),
  );
  return { rows, findings: findingsOf(all, rows, constants, settings) };
}

interface Computed {
  readonly lane: LaneConstants;
  readonly terms: readonly Term[];
  readonly delay: number;
  readonly bytes: number;
}

function findingsOf(
  all: readonly Computed[],
  rows: readonly Shown[],
  constants: Constants,
  settings: Settings,
): string[] {
  const ranked = (of: 'delay' | 'bytes', text: 'delay' | 'month') => {
    const sorted = all.map((one, at) => ({ one, row: rows[at] })).sort((a, b) => a.one[of] - b.one[of]);
    const ratio = ({ one }: (typeof sorted)[number]) => one[of] / (sorted[0]?.one[of] ?? 1);
    const least = sorted.filter((each) => ratio(each) <= MARGINS[of]);
    const others = sorted.filter((each) => !least.includes(each));
    const ends = [...new Set([least[0]?.row?.[text], least.at(-1)?.row?.[text]])];
    return [
      `${listed(least.map(({ one }) => one.lane.title))}, ${ends.join(' to ')}`,
      ...others.map((each) => `${each.one.lane.title} ×\u00a0${figure(ratio(each))}`),
    ].join('; ');
  };
  const kept = all.flatMap(({ lane, terms, bytes }) => {
    const [term] = terms.filter(({ what }) => what === 'keep-alives' || what === 'empty polls');
    const share = term && bytes > 0 ? (term.perSecond * bytesOf(term, settings.level)) / bytes : 0;
    return share >= 0.5 ? [`${lane.title} ${figure(100 * share)} %`] : [];
  });
  return [
    ...(all.length > 1 && settings.eventsPerSecond > 0 ? [`Least delay: ${ranked('delay', 'delay')}.`] : []),
    ...(all.length > 1 ? [`Fewest bytes in a month: ${ranked('bytes', 'month')}.`] : []),
    ...(kept.length > 0 ? [`Keep-alives and empty polls, of the bytes: ${kept.join(', ')}.`] : []),
    ...breakEvenTexts(all, constants, settings),
  ];
}

/** Where timed polls take as many bytes as the lane that pushes with the fewest. */
function breakEvenTexts(all: readonly Computed[], constants: Constants, settings: Settings): string[] {
  const [pushed] = all.filter(({ lane }) => lane.way === 'pushed').sort((a, b) => a.bytes - b.bytes);
  return all.flatMap(({ lane }) => {
    if (lane.way !== 'timed' || !pushed) return [];
    const intervalMs = equalIntervalMs(lane, pushed.lane, settings, constants, settings.level);
    const names = `${lane.title} takes %s bytes ${intervalMs > 0 && intervalMs < Number.POSITIVE_INFINITY ? 'as' : 'than'} ${pushed.lane.title}`;
    if (intervalMs === 0) return [`${names.replace('%s', 'fewer')} at any interval.`];
    if (intervalMs === Number.POSITIVE_INFINITY) return [`${names.replace('%s', 'more')} up to an interval of a week.`];
    const wait = settings.eventsPerSecond > 0 ? `; its events wait ${timeText(intervalMs * 500)}` : '';
    return [`${names.replace('%s', 'as many')} when it polls every ${timeText(intervalMs * 1e3)}${wait}.`];
  });
}

function termText(term: Term, level: Level): string[] {
  const parts = LEVELS[level].parts.flatMap((part) => {
    const bytes = term.bytes[part];
    return bytes ? [`${figure(bytes)} ${part}`] : [];
  });
  const isShown = term.perSecond > 0 && parts.length > 0;
  return isShown ? [`${term.what} ${perTimeText(term.perSecond)} × (${parts.join(' + ')})`] : [];
}

/** `20/s`, `2/min`, `1/h` */
function perTimeText(perSecond: number): string {
  if (perSecond >= 0.1) return `${figure(perSecond)}/s`;
  return perSecond >= 0.1 / 60 ? `${figure(perSecond * 60)}/min` : `${figure(perSecond * 3_600)}/h`;
}

/** `10,000 clients, 1/s of 128 B, RTT 40 ms, poll 1 s` */
export function loadText({ clients, eventsPerSecond, payloadBytes, rttMs, intervalMs, keepAliveMs }: Load): string {
  return [
    `${figure(clients)} clients`,
    eventsPerSecond > 0 ? `${perTimeText(eventsPerSecond)} of ${figure(payloadBytes)} B` : 'no events',
    `RTT ${figure(rttMs)} ms`,
    `poll ${timeText(intervalMs * 1e3)}`,
    ...(keepAliveMs > 0 ? [`keep-alive ${timeText(keepAliveMs * 1e3)}`] : []),
  ].join(', ');
}

/** The same, `with browser headers; bytes with TCP/IP headers` */
export function settingText(settings: Settings): string {
  const { headers, isTls, level } = settings;
  return `${loadText(settings)}, ${headers} headers${isTls ? ', TLS' : ''}; bytes: ${LEVELS[level].title}`;
}

function comparedText(ratio: number, margin: number, first: string): string {
  return ratio <= margin ? `● ${first}` : `×\u00a0${figure(ratio)}`;
}

/** `A, B and C` */
function listed(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), names.at(-1) ?? ''].filter(Boolean).join(' and ');
}

/** Three significant digits; whole numbers keep all of theirs. */
export function figure(value: number): string {
  const rounded = value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return rounded.toLocaleString('en', { maximumFractionDigits: 9 });
}

/** `20.4 ms`, `30 s`, `1.5 min` */
export function timeText(us: number): string {
  if (us < 1e6) return `${figure(us / 1e3)} ms`;
  if (us < 120e6) return `${figure(us / 1e6)} s`;
  return us < 7_200e6 ? `${figure(us / 60e6)} min` : `${figure(us / 3_600e6)} h`;
}

/** Values that stand below each other in one unit, in which the least still has its digits. */
function scaled(values: readonly number[], unit: string): string[] {
  const positive = values.filter((value) => value > 0);
  const power = Math.min(4, Math.max(0, Math.floor(Math.log10(Math.min(...positive, 1e15) * 2) / 3)));
  const prefix = ['', 'k', 'M', 'G', 'T'][power];
  return values.map((value) => `${figure(value / 1e3 ** power)} ${prefix}${unit}`);
}

/** The plane of rate and poll interval, in units of its drawing, with both axes logarithmic. */
export const PLANE = { width: 440, height: 300, rate: [1e-4, 100], intervalMs: [100, 3_600e3] } as const;
const PLANE_STEPS = 60;

export interface Plane {
  /** Of each lane but the timed one: where both take as many bytes. In the order of the lanes; empty of the timed one. */
  readonly lines: readonly string[];
  /** Where the timed lane takes fewer bytes than all others. */
  readonly region: string;
  readonly marker: readonly [number, number];
}

export function planeX(eventsPerSecond: number): number {
  return placeOn(PLANE.rate, eventsPerSecond) * PLANE.width;
}

export function planeY(intervalMs: number): number {
  return (1 - placeOn(PLANE.intervalMs, intervalMs)) * PLANE.height;
}

function placeOn([from, to]: readonly [number, number], value: number): number {
  return Math.min(1, Math.max(0, Math.log(Math.max(value, from) / from) / Math.log(to / from)));
}

export function planeOf(constants: Constants, settings: Settings): Plane | undefined {
  const timed = constants.lanes.find(({ way }) => way === 'timed');
  if (!timed || constants.lanes.length === 1) return undefined;
  const [from, to] = PLANE.rate;
  const rates = Array.from({ length: PLANE_STEPS + 1 }, (_, at) => from * (to / from) ** (at / PLANE_STEPS));
  const equal = constants.lanes.map((lane) =>
    lane === timed
      ? []
      : rates.map((eventsPerSecond) =>
          equalIntervalMs(timed, lane, { ...settings, eventsPerSecond }, constants, settings.level),
        ),
  );
  const place = (at: number, intervalMs: number) =>
    `${planeX(rates[at] ?? from).toFixed(1)} ${planeY(intervalMs).toFixed(1)}`;
  const [least, most] = PLANE.intervalMs;
  const highest = rates.map((_, at) => Math.max(...equal.flatMap((line) => line[at] ?? [])));
  return {
    lines: equal.map((line) => {
      const shown = line.flatMap((ms, at) => (ms >= least && ms <= most ? [place(at, ms)] : []));
      return shown.length > 1 ? `M${shown.join('L')}` : '';
    }),
    region: `M0 0L${highest.map((ms, at) => place(at, Math.min(ms, most))).join('L')}L${PLANE.width} 0Z`,
    marker: [planeX(settings.eventsPerSecond), planeY(settings.intervalMs)],
  };
}

/** A setting as its field has it: a rate of one an hour has no end of digits. */
export function fieldText(settings: Settings, { key, scale }: Pick<Field, 'key' | 'scale'>): string {
  return String(Number((settings[key] / scale).toPrecision(6)));
}

/** What the page's address keeps of the settings, behind `#numbers?`. */
export function fragmentOf(settings: Settings): string {
  const numbers = FIELDS.map(({ key, scale }) => `${key}=${fieldText(settings, { key, scale })}`);
  const { headers, isTls, level } = settings;
  return ['numbers?', [...numbers, `headers=${headers}`, `tls=${isTls ? 1 : 0}`, `level=${level}`].join('&')].join('');
}

/** Settings as fields or the address have them; what is missing or makes no sense is as in `known`. */
export function readSettings(
  textOf: (name: string) => string | null,
  known: Settings,
  { profiles }: Constants,
): Settings {
  const numbers = FIELDS.map(({ key, scale, range: [from, to] }) => {
    const text = textOf(key)?.trim() ?? '';
    const value = text === '' ? Number.NaN : Number(text);
    return [key, Number.isFinite(value) ? Math.min(to, Math.max(from, value)) * scale : known[key]] as const;
  });
  const [headers, tls, level] = [textOf('headers'), textOf('tls'), textOf('level')];
  return {
    ...known,
    ...Object.fromEntries(numbers),
    ...(headers !== null && profiles.includes(headers) && { headers }),
    ...(tls !== null && { isTls: tls === '1' }),
    ...(level !== null && Object.hasOwn(LEVELS, level) && { level: level as Level }),
  };
}
