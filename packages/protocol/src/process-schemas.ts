import { z } from 'zod';
import { gapSchema, nameSchema, sizeSchema, terminalSizeSchema, timeSchema } from './values.ts';

/** What to run: a program and its arguments as they are, never a line for a shell. */
export const programParams = {
  program: z.string().max(4096),
  args: z.array(z.string().max(65_536)).max(1024).optional(),
  /** Where it runs; the server's home for programs unless given. */
  cwd: z.string().max(4096).optional(),
  /** Added to the server's own environment. */
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/), z.string().max(65_536)).optional(),
  /** The program's own name unless given. Several runs may share one. */
  name: nameSchema.optional(),
};

/** What it may use, with everything it started. */
export const limitsSchema = z.strictObject({
  /** How long it may run. */
  timeMs: z.int().min(1).max(2_147_483_647).optional(),
  /** Of all its processes together; of each, what it may ask the system for. */
  memoryBytes: z
    .int()
    .min(1024 * 1024)
    .optional(),
  /** Of both outputs together. */
  outputBytes: z.int().min(1).optional(),
  /** Of each of its processes. */
  openFiles: z.int().min(8).max(1_048_576).optional(),
  /** Its threads are counted, too. */
  processes: z.int().min(1).max(4_194_304).optional(),
});
export type RunLimits = z.infer<typeof limitsSchema>;

/** How it is run, besides. */
export const runParams = {
  /** In a terminal of its own: all it prints is `stdout`. */
  tty: z.boolean().default(false),
  /** The size of that, which is 80 by 24 unless given. */
  columns: terminalSizeSchema.shape.columns.optional(),
  rows: terminalSizeSchema.shape.rows.optional(),
  limits: limitsSchema.optional(),
};

export const outcomeSchema = z.object({
  /** `null` where a signal ended it. */
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** Who asked for its end, or which of its limits did. */
export const endedBySchema = z.enum([
  'close',
  'signal',
  'ttl',
  'connection',
  'service',
  'time',
  'memory',
  'output',
  'processes',
]);
export type EndedBy = z.infer<typeof endedBySchema>;

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
  /** Left out where it ended by itself. */
  endedBy: endedBySchema.optional(),
  /** The system killed it for want of memory. */
  oomKilled: z.boolean().optional(),
});
export type Run = z.infer<typeof runSchema>;

/**
 * What is kept of its output. Places in it are counted in bytes of both outputs, in the order in which they came: of what is
 * kept, the first is at `from`, and the next one will be at `to`.
 */
export const outputSchema = z.object({
  from: sizeSchema,
  to: sizeSchema,
  /** Of all that it printed, once that has ended, where `process.start` started it: `blake3:` and 64 hexadecimal digits. */
  digest: z.string().optional(),
});
export type OutputFacts = z.infer<typeof outputSchema>;

/** What `details` adds. */
export const runDetailsSchema = runSchema.extend({
  program: z.string(),
  args: z.array(z.string()),
  cwd: z.string(),
  /** The principal whose it is. */
  owner: z.string(),
  detached: z.boolean(),
  output: outputSchema,
  /** It runs in a terminal. */
  tty: z.boolean(),
  limits: limitsSchema.optional(),
  /** Of one that runs, with everything it started: processor time, also of what has ended; resident memory; processes. */
  cpuMs: sizeSchema.optional(),
  memoryBytes: sizeSchema.optional(),
  processes: sizeSchema.optional(),
  /** Why it could not be started, or was killed by the system. */
  reason: z.string().optional(),
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
