import { temporaryFolder } from '@sextant/testing/rig';
import { at, run, startService } from './sextant.ts';

/** A process-server, and the command line asking it. */
export async function startPrograms() {
  const home = await temporaryFolder();
  const server = await startService('process-server', home.path);
  const where = at(server);
  return {
    server,
    where,
    home: home.path,
    cli: (...args: string[]) => run([...where, ...args]),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}
