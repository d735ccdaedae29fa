import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnServiceWith, type SpawnOptions } from '@sextant/testing/spawn';
import type { Program } from './program.ts';
import { makeFolder } from './folder.ts';
import { leaveProcess } from './leftovers.ts';

/** One of our services under measurement, with a home of its own and the local token of it. */
export interface MeasuredService extends Program {
  readonly home: string;
  readonly token: string;
}

/** Starts a service by its `main`, as `sextant up` does; its home is a new folder below `under`. */
export async function startService(
  main: URL,
  flags: readonly string[] = [],
  { under = tmpdir(), ...node }: { under?: string } & Pick<SpawnOptions, 'nodeFlags' | 'env'> = {},
): Promise<MeasuredService> {
  const folder = await makeFolder(under);
  const home = folder.path;
  const { pid, port, ...service } = await spawnServiceWith(main, home, {
    ...node,
    spawned: leaveProcess,
    flags: ['--log-level', 'fatal', ...flags],
  });
  return {
    pid,
    port,
    home,
    token: (await readFile(join(home, 'token'), 'utf8')).trim(),
    [Symbol.asyncDispose]: async () => {
      try {
        await service[Symbol.asyncDispose]();
      } finally {
        await folder[Symbol.asyncDispose]();
      }
    },
  };
}

/** The `main` of one of our apps. */
export function mainOf(app: string): URL {
  return new URL(`../../../../apps/${app}/src/main.ts`, import.meta.url);
}
