import type { Config } from '@sextant/service/run/config';
import { z } from 'zod';

export const settings = {
  root: z.string().optional().describe('folder to serve; unless given, "files" in this service\'s data folder'),
};
export type FileConfig = Config & z.infer<z.ZodObject<typeof settings>>;
