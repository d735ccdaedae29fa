import { limitsSchema, runSchema } from '@sextant/protocol/process-schemas';
import { z } from 'zod';

const factsSchema = z.object({
  id: z.string(),
  number: z.int(),
  name: z.string(),
  program: z.string(),
  args: z.array(z.string()),
  cwd: z.string(),
  owner: z.string(),
  detached: z.boolean(),
  stdin: z.boolean(),
  tty: z.boolean(),
  limits: limitsSchema.optional(),
});

/** A run as a service tells it to the next one on its folder. */
const entrySchema = z.object({
  facts: factsSchema,
  run: runSchema,
  /** When its program was born, in ticks of the machine, where it may outlive the service. */
  born: z.string().optional(),
  /** Why it could not be started, or was cut off. */
  message: z.string().optional(),
  /** The place at which its output ended, once it is over. */
  to: z.int().min(0).optional(),
});
export type Entry = z.infer<typeof entrySchema>;

/**
 * One line of a journal: what is known of a run, its facts only at first; before that, its id; where a life of the service
 * begins, or ends well.
 */
const lineSchema = z.union([
  entrySchema.partial({ facts: true }),
  z.object({ starting: z.string() }),
  z.object({ boot: z.string() }),
  z.object({ closed: z.literal(true) }),
]);
export type Line = z.infer<typeof lineSchema>;

/** Undefined for a line that says nothing: it was torn, or written by somebody else. */
export function parseLine(text: string): Line | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
