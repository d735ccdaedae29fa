import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const LAUNCHER = fileURLToPath(new URL('../../src/launch/launcher.ts', import.meta.url));

describe('the launcher, asked for a program with streams that it does not have', () => {
  it.each([false, true])('refuses that one and goes on (in a terminal: %s)', async (tty) => {
    // It removes the folder when its service is gone.
    const folder = await mkdtemp(join(tmpdir(), 'sextant-test-'));
    const launcher = fork(LAUNCHER, [join(folder, 'streams'), 'none'], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const answers: unknown[] = [];
    const isAlive = new Promise<void>((resolve) => {
      launcher.on('message', (answer) => {
        answers.push(answer);
        if (answers.length === 2) resolve();
      });
    });
    launcher.once('exit', () => answers.push('its end'));
    const order = { program: 'true', args: [], tty };
    launcher.send({ id: 'r1', order, cwd: '/', detached: false, stdin: false, streams: 1_000_000 });
    launcher.send({ alive: true });
    await Promise.race([isAlive, once(launcher, 'exit')]);
    expect(answers).toEqual(
      expect.arrayContaining([
        { id: 'r1', failure: expect.stringContaining('streams that are gone') },
        { alive: true },
      ]),
    );
    launcher.disconnect();
    if (launcher.exitCode === null) await once(launcher, 'exit');
  });
});
