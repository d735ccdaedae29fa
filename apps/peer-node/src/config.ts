import { registryService } from '@sextant/protocol/registry';
import { nameSchema } from '@sextant/protocol/values';
import type { Config } from '@sextant/service/config';
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
