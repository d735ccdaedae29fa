import { z } from 'zod';

const endingSchema = z.object({ to: z.int(), stdout: z.int(), stderr: z.int(), digest: z.string().optional() });

/** How an output came to its end, as it stands behind its last byte on disk: where it and its channels ended, and its digest. */
export type Ending = z.infer<typeof endingSchema>;

export function writeEnding(ending: Ending): string {
  return JSON.stringify(ending);
}

/** The same back. Where there is none, as where the service was killed, it ended with its last byte. */
export function readEnding(rest: string, end: number): Ending {
  try {
    return endingSchema.parse(JSON.parse(rest.slice(1)));
  } catch {
    return { to: end, stdout: end, stderr: end };
  }
}
