import { join } from 'node:path';
import { registryService } from '@sextant/protocol/registry';
import { peerService } from '@sextant/protocol/peer';
import { nameSchema } from '@sextant/protocol/values';
import { dataFolder, type Config } from '@sextant/service/run/config';
import { z } from 'zod';

export const settings = {
  registry: z
    .string()
    .regex(/^[^:]+(:\d{1,5})?$/, 'must be HOST or HOST:PORT')
    .default(`127.0.0.1:${registryService.port}`)
    .describe('the contact registry, HOST:PORT: all this node knows at first'),
  name: nameSchema.optional().describe('name among the peers; the registry gives a free one unless given'),
};
export type PeerConfig = Config & z.infer<z.ZodObject<typeof settings>>;

/** Peers of one home that may run at a time without names of their own. */
const MAX_UNNAMED = 10_000;

/** A peer's own folder: under its name, else the first that no other peer has. No name begins with `_`. */
export function folders(config: PeerConfig): Iterable<string> {
  const all = dataFolder(config, peerService.name);
  if (config.name !== undefined) return [join(all, config.name)];
  return Iterator.from(Array(MAX_UNNAMED).keys()).map((number) => join(all, `_${number + 1}`));
}
