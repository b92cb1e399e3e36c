import { describe, expect, it } from 'vitest';
import { answerOf, fragmentOf, PRESETS, planeOf, readSettings, settingsOf, settingText, timeText } from './answers.ts';
import type { Constants, LaneConstants } from './formulas.ts';

const pushing: LaneConstants = {
  id: 'push',
  title: 'Push',
  way: 'pushed',
  rule: 'websocket',
  framingBytes: 0,
  packets: 2,
  keepAlive: { bytes: 8, packets: 4, usualMs: 30_000 },
  ownUs: 400,
};
const asking: LaneConstants = {
  ...pushing,
  id: 'ask',
  title: 'Ask',
  way: 'timed',
  rule: 'lines',
  framingBytes: 1,
  packets: 3,
  polls: { requestHeadBytes: { browser: 500, minimal: 80 }, answerHeadBytes: 184, emptyAnswerBytes: 138 },
};
const constants: Constants = {
  lanes: [asking, pushing],
  profiles: ['minimal', 'browser'],
  headerBytes: 52,
  tlsRecordBytes: 22,
};
const [dashboard] = PRESETS;
if (!dashboard) throw new Error('no preset');
const settings = settingsOf(dashboard.load, constants);

describe('an answer', () => {
  it('has the figures of each lane with their units and terms', () => {
    const [ask, push] = answerOf(constants, settings).rows;
    expect(push).toEqual({
      delay: '20.4 ms',
      delayNote: '● least',
      rate: '19.5 Mbit/s',
      rateNote: '● fewest',
      month: '6.3 TB',
      requests: 'none',
      formula:
        'events 1/s × (128 payload + 4 framing + 104 TCP/IP) + keep-alives 2/min × (8 framing + 208 TCP/IP) = 243 B/s',
    });
    expect(ask?.formula).toBe(
      'events 1/s × (128 payload + 1 framing) + polls with events 1/s × (687 heads + 156 TCP/IP) = 972 B/s',
    );
    expect(ask?.requests).toBe('10,000/s');
  });

  it('names who has least of each, and where polling breaks even with its price in time', () => {
    const [delay, bytes, even] = answerOf(constants, settings).findings;
    expect(delay).toBe('Least delay: Push, 20.4 ms; Ask ×\u00a025.5.');
    expect(bytes).toBe('Fewest bytes in a month: Push, 6.3 TB; Ask ×\u00a04.');
    expect(even).toMatch(/^Ask takes as many bytes as Push when it polls every [\d.]+ s; its events wait [\d.]+ s\.$/);
  });

  it('without events tells what silence takes, and no delay', () => {
    const { rows, findings } = answerOf(constants, { ...settings, eventsPerSecond: 0, intervalMs: 5_000 });
    expect(rows.map(({ delay, delayNote }) => [delay, delayNote])).toEqual([
      ['–', ''],
      ['–', ''],
    ]);
    expect(findings.join(' ')).toContain('Keep-alives and empty polls, of the bytes: Ask 100 %, Push 100 %.');
    expect(findings.join(' ')).not.toContain('delay');
  });

  it('says so where polling takes fewer bytes at any interval', () => {
    const { findings } = answerOf(constants, { ...settings, level: 'framing' });
    expect(findings.at(-1)).toBe('Ask takes fewer bytes than Push at any interval.');
  });
});

describe('settings', () => {
  it('come back from the address as they went into it', () => {
    const changed = { ...settings, eventsPerSecond: 0.25, keepAliveMs: 45_000, headers: 'minimal', isTls: true };
    const [, query] = fragmentOf({ ...changed, level: 'sockets' }).split('?');
    const kept = new URLSearchParams(query);
    expect(readSettings((name) => kept.get(name), settings, constants)).toEqual({ ...changed, level: 'sockets' });
  });

  it('are held within their ranges, and as they were where they make no sense', () => {
    const texts: Record<string, string> = {
      clients: '-5',
      payloadBytes: 'many',
      intervalMs: '1e99',
      rttMs: '',
      headers: '<b>',
      level: 'toString',
    };
    const read = readSettings((name) => texts[name] ?? null, settings, constants);
    expect(read).toEqual({ ...settings, clients: 1, intervalMs: 86_400e3 });
  });

  it('are told in words', () => {
    expect(settingText({ ...settings, isTls: true })).toBe(
      '10,000 clients, 1/s of 128 B, RTT 40 ms, poll 1 s, browser headers, TLS; bytes: with TCP/IP headers',
    );
    expect([0.4e3, 1.5e6, 90e6, 3_600e6, 9_000e6].map(timeText)).toEqual([
      '0.4 ms',
      '1.5 s',
      '90 s',
      '60 min',
      '2.5 h',
    ]);
  });
});

describe('the plane of rate and interval', () => {
  it('has a line for each lane but the one that polls, and a region above all of them', () => {
    const plane = planeOf(constants, settings);
    expect(plane?.lines[0]).toBe('');
    expect(plane?.lines[1]).toMatch(/^M[\d. L]+$/);
    expect(plane?.region).toMatch(/^M0 0L[\d. L]+Z$/);
    expect(JSON.stringify(plane)).not.toContain('null');
  });

  it('is not drawn where nothing polls', () => {
    expect(planeOf({ ...constants, lanes: [pushing] }, settings)).toBeUndefined();
  });
});
