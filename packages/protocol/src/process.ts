import { z } from 'zod';
import { defineService, method } from './method.ts';
import { nameSchema, pageOf, pageParams, sizeSchema, targetSchema, timeSchema } from './values.ts';

/** What to run: a program and its arguments as they are, never a line for a shell. */
const program = {
  program: z.string().max(4096),
  args: z.array(z.string().max(65_536)).max(1024).optional(),
  /** Where it runs; the server's home for programs unless given. */
  cwd: z.string().max(4096).optional(),
  /** Added to the server's own environment. */
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/), z.string().max(65_536)).optional(),
  /** The program's own name unless given. Several runs may share one. */
  name: nameSchema.optional(),
};

const outcome = {
  /** `null` where a signal ended it. */
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
};

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
  ...outcome,
});
export type Run = z.infer<typeof runSchema>;

/** What `details` adds. */
export const runDetailsSchema = runSchema.extend({
  program: z.string(),
  args: z.array(z.string()),
  cwd: z.string(),
  owner: z.string(),
  detached: z.boolean(),
  /** Why it could not be started. */
  reason: z.string().optional(),
});
export type RunDetails = z.infer<typeof runDetailsSchema>;

/** A decimal number, exact: as JSON, or as text where a double cannot hold it. */
const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i, 'is not a number')
    .max(1000),
]);
const calculation = {
  access: 'calc:use',
  params: z.strictObject({ numbers: z.array(number).min(1).max(1000) }),
  /** Exact: a number where JSON carries it, else text. A quotient without end has 40 digits after the point. */
  result: z.object({ result: z.union([z.number(), z.string()]) }),
} as const;

export const processService = defineService({
  name: 'process-server',
  port: 7070,
  anonymous: [],
  methods: {
    'process.run': method({
      summary: 'Runs a program attached to the request: its input, output and exit code; it ends with the connection.',
      access: 'process:run',
      object: 'program',
      audited: true,
      params: z.strictObject(program),
      /** The first item says that it runs. */
      item: z.object({ id: z.string(), pid: z.int() }),
      result: z.object({ id: z.string(), pid: z.int(), ...outcome }),
      channels: { in: ['stdin'], out: ['stdout', 'stderr'] },
    }),
    'process.start': method({
      summary: "Starts a program and answers at once; it ends with the caller's connection unless `detached`.",
      access: 'process:run',
      object: 'program',
      key: true,
      audited: true,
      params: z.strictObject({ ...program, detached: z.boolean().default(false) }),
      result: z.object({ id: z.string(), pid: z.int() }),
    }),
    'process.close': method({
      summary: 'Ends a program and everything it started: TERM, 5 s, KILL. `all` ends every one of that name.',
      access: 'process:close',
      audited: 'target',
      params: z.strictObject({ target: targetSchema, all: z.boolean().default(false) }),
      /** What ended, and how many that were: items that would not fit the line are left out. */
      result: z.object({ items: z.array(runSchema), count: sizeSchema }),
    }),
    'process.list': method({
      summary: "Lists the caller's programs or everybody's, newest first.",
      access: 'process:read',
      params: z.strictObject({
        /** `mine`: those started on this connection. */
        scope: z.enum(['mine', 'all']).default('mine'),
        details: z.boolean().default(false),
        ...pageParams,
      }),
      result: pageOf(z.union([runDetailsSchema, runSchema])),
    }),
    'calc.add': method({ summary: 'Adds numbers.', ...calculation }),
    'calc.sub': method({ summary: 'Subtracts the others from the first number.', ...calculation }),
    'calc.mult': method({ summary: 'Multiplies numbers.', ...calculation }),
    'calc.div': method({ summary: 'Divides the first number by the others.', ...calculation }),
  },
});
