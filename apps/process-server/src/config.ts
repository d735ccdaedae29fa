import type { Config } from '@sextant/service/run/config';
import { z } from 'zod';

export const settings = {
  cwd: z
    .string()
    .optional()
    .describe('folder that programs run in unless asked otherwise; unless given, the one this service was started in'),
  // Below the processes and descriptors that a user of a usual Linux may have: each attached program costs three pipes.
  maxRuns: z.coerce.number().int().min(1).max(10_000).default(256).describe('programs that may run at a time'),
  keep: z.coerce
    .number()
    .int()
    .min(0)
    .default(2 * 1024 ** 3)
    .describe('bytes that are kept on disk of the output of programs that have ended; the oldest go first'),
};
export type ProcessConfig = Config & z.infer<z.ZodObject<typeof settings>>;
