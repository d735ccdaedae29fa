import type { Config } from '@sextant/service/run/config';
import { z } from 'zod';

export const settings = {
  textLength: z.coerce.number().int().min(1).max(16_000).default(2000).describe('characters a message may have'),
  history: z.coerce.number().int().min(0).max(1_000_000).default(100_000).describe('items of each room that are kept'),
};
export type ChatConfig = Config & z.infer<z.ZodObject<typeof settings>>;
