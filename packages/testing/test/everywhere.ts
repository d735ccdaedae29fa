import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { certificateFiles, makeCertificates } from '@sextant/service/certificates/certificates';
import { temporaryFolder } from '../src/rig.ts';
import type { SpawnOptions } from '../src/spawn.ts';
import type { Endpoint } from '../src/transports.ts';
import { spawnWorkshop, type WorkshopProcess } from './workshop-process.ts';

/** A workshop that can be reached in every way there is. */
export interface Everywhere extends WorkshopProcess {
  readonly at: Endpoint & { readonly ca: string };
}

/** Starts a workshop with a throw-away certificate, for further `hosts` too, and a Unix socket. */
export async function spawnEverywhere({
  flags = [],
  hosts = [],
  ...options
}: SpawnOptions & { hosts?: readonly string[] } = {}): Promise<Everywhere> {
  const folder = await temporaryFolder();
  await makeCertificates(folder.path, ['localhost', '127.0.0.1', ...hosts], { days: 1 });
  const ca = await readFile(certificateFiles(folder.path).ca, 'utf8');
  const socket = join(folder.path, 'workshop.sock');
  const workshop = await spawnWorkshop({ ...options, home: folder.path, flags: ['--socket', socket, ...flags] });
  return {
    ...workshop,
    at: { host: workshop.host, port: workshop.port, socket, ca },
    async [Symbol.asyncDispose]() {
      await workshop[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
