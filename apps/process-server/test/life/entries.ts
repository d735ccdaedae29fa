import type { Entry } from '../../src/life/entry.ts';

/** What a journal may tell of the run with a number. */
export function entryOf(number: number, { ended = true, pid = number, detached = true } = {}): Entry {
  const id = `id-${number}`;
  const at = '2026-01-01T00:00:00.000Z';
  const facts = {
    id,
    number,
    name: 'n',
    program: 'p',
    args: [],
    cwd: '/',
    owner: 'o',
    detached,
    stdin: false,
    tty: false,
  };
  const run = { id, name: 'n', pid, startedAt: at, elapsedMs: 1, signal: null };
  const state = ended
    ? ({ state: 'exited', endedAt: at, exitCode: 0 } as const)
    : ({ state: 'running', endedAt: null, exitCode: null } as const);
  return { facts, run: { ...run, ...state } };
}
