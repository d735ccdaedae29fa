import { join } from 'node:path';
import { registryService } from '@sextant/protocol/registry';
import { peerService } from '@sextant/protocol/peer';
import { nameSchema } from '@sextant/protocol/values';
import { ConfigError, dataFolder, type Config } from '@sextant/service/run/config';
import type { Places } from '@sextant/service/run/run';
import { isAnywhere } from '@sextant/wire/remote';
import { z } from 'zod';

/** Peers of one process. */
const MAX_COUNT = 200;

export const settings = {
  registry: z
    .string()
    .regex(/^[^:]+(:\d{1,5})?$/, 'must be HOST or HOST:PORT')
    .default(`127.0.0.1:${registryService.port}`)
    .describe('the contact registry, HOST:PORT: all this node knows at first'),
  name: nameSchema.optional().describe('name among the peers; the registry gives a free one unless given'),
  advertise: z
    .string()
    .regex(/^[A-Za-z0-9:]([A-Za-z0-9._:-]{0,253}[A-Za-z0-9])?$/, 'must be a host name or an address, without a port')
    .refine((host) => !isAnywhere(host), 'must be a host that others can dial; leave it out for what the registry sees')
    .optional()
    .describe('host by which the others reach this node; where it listens, or on every address what the registry sees'),
  count: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_COUNT)
    .default(1)
    .describe('peers in this process, each with a name, a port and a key of its own'),
};
export type PeerConfig = Config & z.infer<z.ZodObject<typeof settings>>;

/** Peers of one home that may run at a time without names of their own. */
const MAX_UNNAMED = 10_000;

/** What two peers cannot share. */
const OF_ONE = ['name', 'port', 'socket'] as const;

/**
 * So many peers, each in a folder of its own: under its name, else the first that no other peer has. No name begins with `_`.
 * @throws ConfigError if several are to have what only one can.
 */
export function places(config: PeerConfig): Places {
  const { name, count } = config;
  const shared = OF_ONE.find((setting) => config[setting]);
  if (count > 1 && shared) throw new ConfigError(`--${shared} is for one peer: leave it out, or leave out --count.`);
  const all = dataFolder(config, peerService.name);
  if (name !== undefined) return { count, folders: [join(all, name)] };
  return { count, folders: Iterator.from(Array(MAX_UNNAMED).keys()).map((number) => join(all, `_${number + 1}`)) };
}
