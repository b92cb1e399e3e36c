import { describe, expect, it } from 'vitest';
import { resultSchema } from '../contract/result.ts';
import { parsePressure, readMachineState } from './calibration.ts';

describe('pressure', () => {
  it.each([
    [
      'is a share, from per cent',
      'some avg10=82.18 avg60=0.63 avg300=2.50 total=947311950\nfull avg10=99.00 avg60=0.00',
      0.8218,
    ],
    ['is that of some task, wherever its line stands', 'full avg10=99.00 avg60=0\nsome avg10=0.00 avg60=1.00', 0],
    ['is unknown where the kernel does not keep it', '', undefined],
    ['is unknown where it says something else', 'some avg60=1.00 total=1', undefined],
  ])('%s', (_, text, expected) => {
    expect(parsePressure(text)).toBe(expected);
  });
});

it('the state of a machine holds to the schema', () => {
  const state = readMachineState();
  expect(resultSchema.shape.sessions.element.shape.before.parse(state)).toEqual(state);
});
