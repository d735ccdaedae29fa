import type { Config } from '@sextant/service/run/config';
import { z } from 'zod';
import { ISOLATIONS } from './launch/isolation.ts';

export const settings = {
  cwd: z
    .string()
    .optional()
    .describe('folder that programs run in unless asked otherwise; unless given, the one this service was started in'),
  // Below the processes and descriptors that a user of a usual Linux may have: each attached program costs three sockets.
  maxRuns: z.coerce.number().int().min(1).max(10_000).default(256).describe('programs that may run at a time'),
  policy: z
    .string()
    .optional()
    .describe('JSON file that says who may run what; without it everybody with a token for that anything'),
  keep: z.coerce
    .number()
    .int()
    .min(0)
    .default(2 * 1024 ** 3)
    .describe('bytes that are kept on disk of the output of programs that have ended; the oldest go first'),
  isolation: z
    .enum(ISOLATIONS)
    .default('auto')
    .describe(
      'what keeps programs together: a process namespace, nothing, or the one where the system allows it, else the other',
    ),
};
export type ProcessConfig = Config & z.infer<z.ZodObject<typeof settings>>;
