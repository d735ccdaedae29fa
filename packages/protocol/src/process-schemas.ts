import { z } from 'zod';
import { gapSchema, nameSchema, sizeSchema, terminalSizeSchema, timeSchema } from './values.ts';

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

/** At most so many of the caller's programs with that name of a queue run at a time; the others wait, in order. */
export const queueSchema = z.strictObject({
  name: nameSchema,
  /** The last one stated counts. */
  limit: z.int().min(1).max(10_000),
});
export type QueueWish = z.infer<typeof queueSchema>;

/** What may be asked for besides, of the life of a program. */
export const lifeParams = {
  /** It ends by itself so long after it was asked for: up to 30 days. */
  ttlMs: z.int().min(100).max(2_592_000_000).optional(),
  queue: queueSchema.optional(),
};

/** What is done when a program ends that nobody asked to end: `on-failure` where its exit code is not 0. */
export const restartSchema = z.enum(['no', 'on-failure', 'always']);
export type RestartPolicy = z.infer<typeof restartSchema>;

/** Where a program waits: 1 is the next. */
export const positionSchema = z.object({ name: z.string(), position: z.int().min(1) });

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
  /** `null` while it has no process. */
  pid: z.int().nullable(),
  /**
   * `queued`: it waits for its turn; `restarting`: it has ended and will be started again; `killed`: a signal ended it;
   * `failed`: it never ran.
   */
  state: z.enum(['queued', 'running', 'restarting', 'exited', 'killed', 'failed']),
  /** The last time; of one that did not run yet, when it was asked for. */
  startedAt: timeSchema,
  endedAt: timeSchema.nullable(),
  /** Since then, or as long as it ran. */
  elapsedMs: sizeSchema,
  /** While `restarting`, those of its last end. */
  ...outcomeSchema.shape,
  /** The word for why it could not be started, the last time, such as `ENOENT`. */
  reason: z.string().optional(),
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
  /** No connection holds it. */
  detached: z.boolean(),
  /** It ends with somebody's connection. */
  held: z.boolean(),
  output: outputSchema,
  /** Why it could not be started, or was killed by the system, in a sentence. */
  message: z.string().optional(),
  /** Where it is started again, and how often it was. */
  restart: restartSchema.optional(),
  restarts: sizeSchema.optional(),
  /** Of one with a queue; with its position while it waits. */
  queue: queueSchema.extend({ position: z.int().min(1).optional() }).optional(),
  /** When it ends by itself. */
  expiresAt: timeSchema.optional(),
  /** It runs in a terminal. */
  tty: z.boolean(),
  limits: limitsSchema.optional(),
  /** Of one that runs, with everything it started: processor time, also of what has ended; resident memory; processes. */
  cpuMs: sizeSchema.optional(),
  memoryBytes: sizeSchema.optional(),
  processes: sizeSchema.optional(),
});
export type RunDetails = z.infer<typeof runDetailsSchema>;

/** What ended with a program: as far as it could be told, the processes of its tree, and the TCP ports that are free since. */
export const closedSchema = runSchema.extend({
  processes: sizeSchema.optional(),
  ports: z.array(z.int()).optional(),
});
export type Closed = z.infer<typeof closedSchema>;

/** One thing that happened to a program. */
export const runChangeSchema = z.object({
  type: z.enum(['queued', 'started', 'restarting', 'ended', 'failed', 'adopted']),
  at: timeSchema,
  run: runSchema,
  /** The principal whose it is. */
  owner: z.string(),
  /** Of an end that nobody asked for and that was no exit with 0: the last lines it printed, for those who may touch it. */
  log: z.array(z.string()).optional(),
});
export type RunChange = z.infer<typeof runChangeSchema>;

/** What a watcher of programs sees: a snapshot in parts, newest first, the last of them with `seq`; then each change. */
export const runEventSchema = z.union([
  z.object({
    type: z.literal('snapshot'),
    seq: sizeSchema.optional(),
    part: z.int().min(1),
    runs: z.array(runSchema),
    /** Another part follows. */
    more: z.boolean(),
  }),
  runChangeSchema.extend({ seq: sizeSchema }),
  gapSchema,
]);
export type RunEvent = z.infer<typeof runEventSchema>;

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
