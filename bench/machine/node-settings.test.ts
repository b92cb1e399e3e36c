import { describe, expect, it } from 'vitest';
import { measuredEnvironment, nodeSettings } from './node-settings.ts';

describe('what changes Node', () => {
  const env = {
    NODE_OPTIONS: '--require ./x.js',
    NODE_V8_COVERAGE: '/tmp/x',
    UV_THREADPOOL_SIZE: '1',
    LD_PRELOAD: 'x.so',
    NODE_EXTRA_CA_CERTS: '/x.pem',
    NODE_ENV: 'test',
    PATH: '/bin',
    HOME: '/',
  };

  it('is named, and measured processes have none of it', () => {
    expect(nodeSettings(env)).toEqual(['LD_PRELOAD', 'NODE_OPTIONS', 'NODE_V8_COVERAGE', 'UV_THREADPOOL_SIZE']);
    expect(measuredEnvironment(env)).toEqual({ NODE_ENV: 'test', PATH: '/bin', HOME: '/' });
  });
});
