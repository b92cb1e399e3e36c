import { describe, expect, it } from 'vitest';
import { run } from './system.ts';

describe('a command of the system', () => {
  it('says nothing when it succeeds', () => {
    expect(() => run('needs luck', 'true', [])).not.toThrow();
  });

  it('that fails says what it takes, in its own words too', () => {
    const script = ['-c', 'echo one >&2; echo two >&2; exit 3'];
    expect(() => run('needs luck', 'sh', script)).toThrow('needs luck; sh says: one; two');
  });

  it('that is not there is named', () => {
    expect(() => run('needs luck', 'pushlab-nix', [])).toThrow('needs pushlab-nix, which is not installed');
  });
});
