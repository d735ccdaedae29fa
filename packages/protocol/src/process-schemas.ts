import { z } from 'zod';
import { gapSchema, nameSchema, sizeSchema, timeSchema } from './values.ts';

/** What to run: a program and its arguments as they are, never a line for a shell. */
export const programParams = {
  program: z.string().max(4096),
  args: z.array(z.string().max(65_536)).max(1024).optional(),
  /** Where it runs; the server's home for programs unless given. */
  cwd: z.string().max(4096).optional(),
  /** Added to what a login has, without what makes programs run something else, such as `LD_PRELOAD` or `PATH`. */
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/), z.string().max(65_536)).optional(),
  /** The program's own name unless given. Several runs may share one. */
  name: nameSchema.optional(),
};

export const outcomeSchema = z.object({
  /** `null` where a signal ended it. */
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** One program that was asked for, running or not. */
export const runSchema = z.object({
  id: z.string(),
  name: z.string(),
  pid: z.int().nullable(),
  /** `killed`: a signal ended it; `failed`: it could not be started. */
  state: z.enum(['running', 'exited', 'killed', 'failed']),
  startedAt: timeSchema,
  endedAt: timeSchema.nullable(),
  elapsedMs: sizeSchema,
  ...outcomeSchema.shape,
  /** The word for why it could not be started, such as `ENOENT`. */
  reason: z.string().optional(),
});
export type Run = z.infer<typeof runSchema>;

/**
 * What is kept of its output. Places in it are counted in bytes of both outputs, in the order in which they came: of what is
 * kept, the first is at `from`, and the next one will be at `to`.
 */
export const outputSchema = z.object({
  from: sizeSchema,
  to: sizeSchema,
  /** Of all of it, once it has ended, where it was kept on disk: BLAKE3. */
  digest: z.string().optional(),
});
export type OutputFacts = z.infer<typeof outputSchema>;

/** What `details` adds of those of others, for whoever may not touch them. */
export const foreignRunSchema = runSchema.extend({ owner: z.string() });
export type ForeignRun = z.infer<typeof foreignRunSchema>;

/** What `details` adds. */
export const runDetailsSchema = runSchema.extend({
  program: z.string(),
  args: z.array(z.string()),
  cwd: z.string(),
  /** The principal whose it is. */
  owner: z.string(),
  detached: z.boolean(),
  output: outputSchema,
  /** Why it could not be started, in a sentence. */
  message: z.string().optional(),
});
export type RunDetails = z.infer<typeof runDetailsSchema>;

/** In an output: the place of the byte that comes next; or that bytes are not kept any more. */
export const outputItemSchema = z.union([z.object({ since: sizeSchema }), gapSchema]);
export type OutputItem = z.infer<typeof outputItemSchema>;

/** What whoever reads an output sees at its beginning. */
export const attachedItemSchema = runSchema.pick({ id: true, name: true, pid: true }).extend({
  /** Its output comes from a terminal, all of it as `stdout`. */
  tty: z.boolean(),
  /** What is sent on `stdin` reaches it. */
  input: z.boolean(),
});
export type AttachedItem = z.infer<typeof attachedItemSchema>;
