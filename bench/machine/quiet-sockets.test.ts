import { describe, expect, it } from 'vitest';
import { countLeft, type LeftSockets, parseSockets, waitForQuietSockets } from './quiet-sockets.ts';

const PORT = 0x1f90;
const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1681 1 00000000a5a8f3f2 100 0 0 10 0
   1: 0100007F:1F90 0100007F:BEC0 01 00000000:00000000 00:00000000 00000000     0        0 1682 1 00000000d1b4f02a
 127: 0100007F:BEC0 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 1683 1 0000000067802442
 128: 0100007F:84A4 0100007F:1F90 06 00000000:00000000 03:00001463 00000000     0        0 0 3 000000009c69e7a0
1290: 0100007F:0016 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 1684 1 0000000067802443
`;
const TABLE6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue
   0: 0000000000000000FFFF00000100007F:1F90 0000000000000000FFFF00000100007F:C002 08 00000000:00000000 00:00000000
`;

const socket = (localPort: number, remotePort: number, isTimeWait: boolean) => ({ localPort, remotePort, isTimeWait });

describe("the system's table of sockets", () => {
  it('is read to its last line, heading left out', () => {
    expect(parseSockets(TABLE)).toEqual([
      socket(PORT, 0, false),
      socket(PORT, 0xbec0, false),
      socket(0xbec0, PORT, false),
      socket(0x84a4, PORT, true),
      socket(0x16, 0xc001, false),
    ]);
  });

  it('is read for IPv6 too', () => {
    expect(parseSockets(TABLE6)).toEqual([socket(PORT, 0xc002, false)]);
  });

  it.each([
    ['is empty', ''],
    ['has a heading alone', TABLE.split('\n')[0] ?? ''],
    ['is something else', 'no table\n1: 2 3'],
  ])('holds no sockets when it %s', (_, text) => {
    expect(parseSockets(text)).toEqual([]);
  });
});

describe('after a cell', () => {
  const range = { first: 0x8000, last: 0x8003 };

  it('its sockets are counted in every state but TIME_WAIT, from both ends', () => {
    expect(countLeft([TABLE, TABLE6].flatMap(parseSockets), PORT, null)).toEqual({
      open: 4,
      timeWait: 1,
      isQuiet: false,
    });
  });

  it("it is quiet when others' sockets are open, and its own in TIME_WAIT", () => {
    const sockets = [socket(22, 0xc001, false), socket(0x8000, PORT, true), socket(PORT, 0x8001, true)];
    expect(countLeft(sockets, PORT, range)).toEqual({ open: 0, timeWait: 1, isQuiet: true });
  });

  it.each([
    [[0x8000, 0x8001], 2, true],
    [[0x8000, 0x8001, 0x8003], 3, false],
    // The same port towards another server is no further port; those outside the range are not given to connections.
    [[0x8000, 0x8000, 0x8001], 2, true],
    [[0x7fff, 0x8004, 0x8000, 0x8001], 2, true],
  ])('of four local ports, TIME_WAIT on %j holds %i: quiet is %s', (ports, timeWait, isQuiet) => {
    const sockets = ports.map((port, index) => socket(port, index, true));
    expect(countLeft(sockets, PORT, range)).toEqual({ open: 0, timeWait, isQuiet });
  });

  it('no number of ports is too many where the range is unknown', () => {
    const sockets = Array.from({ length: 40_000 }, (_, port) => socket(port, 1, true));
    expect(countLeft(sockets, PORT, null)).toMatchObject({ timeWait: 40_000, isQuiet: true });
  });
});

describe('the pause between cells', () => {
  const busy: LeftSockets = { open: 3, timeWait: 0, isQuiet: false };
  const quiet: LeftSockets = { open: 0, timeWait: 9, isQuiet: true };
  const { signal } = new AbortController();

  function looks(...seen: LeftSockets[]) {
    const ports: number[] = [];
    return {
      ports,
      look: async (port: number) => {
        ports.push(port);
        return seen[Math.min(ports.length, seen.length) - 1] as LeftSockets;
      },
    };
  }

  it('ends at the first look when it is quiet', async () => {
    const { ports, look } = looks(quiet);
    expect(await waitForQuietSockets(PORT, { deadlineMs: 60_000, signal, look })).toEqual(quiet);
    expect(ports).toEqual([PORT]);
  });

  it('lasts until it is quiet', async () => {
    const { ports, look } = looks(busy, busy, quiet);
    expect(await waitForQuietSockets(PORT, { deadlineMs: 60_000, signal, look })).toEqual(quiet);
    expect(ports).toHaveLength(3);
  });

  it('ends at the deadline with what is left', async () => {
    const { look } = looks(busy);
    expect(await waitForQuietSockets(PORT, { deadlineMs: 20, signal, look })).toEqual(busy);
  });

  it('ends when it is aborted, before and meanwhile', async () => {
    const controller = new AbortController();
    const { look } = looks(busy);
    const waiting = waitForQuietSockets(PORT, { deadlineMs: 60_000, signal: controller.signal, look });
    controller.abort();
    await expect(waiting).rejects.toThrow(/abort/i);
    await expect(waitForQuietSockets(PORT, { deadlineMs: 60_000, signal: controller.signal, look })).rejects.toThrow(
      /abort/i,
    );
  });

  it('asks the system unless told otherwise', async () => {
    // No socket is at port 0.
    expect(await waitForQuietSockets(0, { deadlineMs: 0, signal })).toMatchObject({ timeWait: expect.any(Number) });
  });
});
