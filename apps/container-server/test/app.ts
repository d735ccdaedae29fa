import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { containerService } from '@sextant/protocol/container';
import type { App } from '@sextant/service/handler';
import { startRig, temporaryFolder, testConfig, testLog, type Rig } from '@sextant/testing/rig';
import { z } from 'zod';
import { settings } from '../src/config.ts';
import { create } from '../src/create.ts';

export type Containers = typeof containerService;
type Settings = z.input<z.ZodObject<typeof settings>>;

/** The service as it would be with these settings, for an engine at an address; `folder` is for its data. */
export function appAt(engine: string | undefined, more: Settings = {}, folder = NOWHERE): Promise<App<Containers>> {
  const config = { ...testConfig(tmpdir()), ...z.object(settings).parse({ ...more, engine }) };
  return create(config, testLog, folder);
}

/** Of a service that keeps nothing. */
const NOWHERE = join(tmpdir(), 'sextant-no-such-folder');

/** The service listening, with a client beside it; without a `folder`, it has one that goes with it. */
export async function rigAt(
  engine: string | undefined,
  more: Settings = {},
  folder?: string,
): Promise<Rig<Containers>> {
  if (folder !== undefined) return startRig(await appAt(engine, more, folder));
  const own = await temporaryFolder();
  const rig = await startRig(await appAt(engine, more, own.path));
  return {
    ...rig,
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]();
      await own[Symbol.asyncDispose]();
    },
  };
}
