import { describe, expect, it } from '@jest/globals';
import { Signalled } from '../../src/run/signalled.ts';

describe('Signalled', () => {
  it.each([
    ['the signal itself', 'SIGKILL', { exitCode: null, signal: 'SIGKILL' }, true],
    ['its number as a shell tells it', 'SIGUSR1', { exitCode: 138, signal: null }, true],
    ['an orderly end after one that asks for it', 'SIGTERM', { exitCode: 0, signal: null }, true],
    ['another signal', 'SIGUSR1', { exitCode: null, signal: 'SIGSEGV' }, false],
    ['an end that has nothing to do with it', 'SIGCONT', { exitCode: 1, signal: null }, false],
  ] as const)('knows %s', (_what, name, exit, isMeant) => {
    const signalled = new Signalled();
    expect(signalled.explains(exit)).toBe(false);
    signalled.add(name);
    expect(signalled.explains(exit)).toBe(isMeant);
  });
});
