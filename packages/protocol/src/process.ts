import { z } from 'zod';
import { defineService, method } from './method.ts';
import {
  attachedItemSchema,
  closedSchema,
  foreignRunSchema,
  lifeParams,
  outcomeSchema,
  outputItemSchema,
  outputSchema,
  positionSchema,
  programParams,
  restartSchema,
  runDetailsSchema,
  runEventSchema,
  runParams,
  runSchema,
} from './process-schemas.ts';
import { gapSchema, pageOf, pageParams, sizeSchema, targetSchema, terminalSizeSchema } from './values.ts';

const target = { target: targetSchema };

/** Bytes of its output that are kept: the oldest go first. */
const keepBytes = z
  .int()
  .min(64 * 1024)
  .max(64 * 1024 * 1024 * 1024);

/** JSON has no NaN and no infinity: some send null for them. */
const NO_NUMBER = 'is not a number, such as 2.5 or "9007199254740993"';

/** A decimal number, exact: as JSON, or as text where a double cannot hold it. */
const number = z.union(
  [
    z.number(),
    z
      .string()
      .max(1000, 'has more than 1000 characters')
      .regex(/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i, NO_NUMBER),
  ],
  NO_NUMBER,
);
const numbers = z
  .array(number, 'must be a list of numbers, such as [1, 2.5]')
  .min(1, 'must have one number at least')
  .max(1000, 'must have 1000 numbers at most');
const calculation = {
  access: 'calc:use',
  params: z.strictObject({ numbers: numbers }),
  /** Exact: a number where JSON carries it, else text. A quotient without end has 40 digits after the point. */
  result: z.object({ result: z.union([z.number(), z.string()]) }),
} as const;

/** Programs that others started. */
export const OTHERS_SCOPE = 'process:others';

export const processService = defineService({
  name: 'process-server',
  port: 7070,
  anonymous: [],
  scopes: {
    [OTHERS_SCOPE]: { meaning: 'also programs that others started, by the methods one may ask' },
  },
  methods: {
    'process.run': method({
      summary: 'Runs a program attached to the request: its input, output and exit code; it ends with the connection.',
      access: 'process:run',
      object: 'program',
      audited: true,
      params: z.strictObject({ ...programParams, ...lifeParams, ...runParams }),
      /** While it waits in its queue, where; then one that says that it runs. */
      item: z.union([z.object({ queue: positionSchema }), z.object({ id: z.string(), pid: z.int() }), gapSchema]),
      /** The size of its terminal, as it changes. */
      input: terminalSizeSchema,
      result: outcomeSchema.extend({ id: z.string(), pid: z.int() }),
      channels: { in: ['stdin'], out: ['stdout', 'stderr'] },
    }),
    'process.start': method({
      summary: "Starts a program and answers at once; it ends with the caller's connection unless `detached`.",
      access: 'process:run',
      object: 'program',
      key: true,
      audited: true,
      params: z.strictObject({
        ...programParams,
        ...lifeParams,
        /** Nobody's connection holds it. */
        detached: z.boolean().default(false),
        /** It ends with the caller's connection, as it does unless `detached`: not both. */
        leash: z.boolean().optional(),
        /** After 1 s, doubled each time up to 60 s, anew once it has run for 10 s. */
        restart: restartSchema.default('no'),
        ...runParams,
        /** Its input is open, for whoever attaches; it reads nothing unless given. That of a terminal always is. */
        stdin: z.boolean().default(false),
        keepBytes: keepBytes.default(64 * 1024 * 1024),
        /** What happens where more is printed than is kept: the oldest is cut, or the program waits until somebody has read it. */
        full: z.enum(['cut', 'wait']).default('cut'),
      }),
      /** `pid` is `null` of one that waits in its queue. */
      result: z.object({ id: z.string(), pid: z.int().nullable() }),
    }),
    'process.attach': method({
      summary:
        'Follows what a program prints until it ends, from a byte or some lines on or from now, and types into it.',
      access: 'process:attach',
      audited: 'target',
      params: z.strictObject({
        ...target,
        /** The place of the first byte to come. Those that are not kept any more are told by a `gap`. */
        since: sizeSchema.optional(),
        /** Without `since`, it begins so many lines before the end. */
        tail: z.int().min(0).max(1_000_000).default(0),
        /** What is sent on `stdin` goes to the program; one caller at a time may. */
        input: z.boolean().default(false),
        /** The program waits for this reader, as long as no other that asked for it is further on. */
        backpressure: z.boolean().default(false),
      }),
      item: z.union([attachedItemSchema, outputItemSchema]),
      input: terminalSizeSchema,
      result: outcomeSchema.extend({ id: z.string(), pid: z.int().nullable(), output: outputSchema }),
      channels: { in: ['stdin'], out: ['stdout', 'stderr'] },
    }),
    'process.logs': method({
      summary: 'Streams what a program has printed, as far as it is kept; with `follow`, until it ends.',
      access: 'process:read',
      resumable: true,
      params: z.strictObject({
        ...target,
        /** The place of the first byte to come. Those that are not kept any more are told by a `gap`. */
        since: sizeSchema.optional(),
        /** Without `since`, it begins so many lines before the end. */
        tail: z.int().min(0).max(1_000_000).optional(),
        follow: z.boolean().default(false),
      }),
      item: outputItemSchema,
      result: z.object({ id: z.string(), running: z.boolean(), output: outputSchema }),
      channels: { out: ['stdout', 'stderr'] },
    }),
    'process.signal': method({
      summary: 'Sends a signal to a program and what it started in its process group.',
      access: 'process:close',
      audited: 'target',
      params: z.strictObject({
        ...target,
        signal: z.enum([
          'SIGHUP',
          'SIGINT',
          'SIGQUIT',
          'SIGTERM',
          'SIGKILL',
          'SIGUSR1',
          'SIGUSR2',
          'SIGSTOP',
          'SIGCONT',
          'SIGWINCH',
        ]),
      }),
      result: runSchema,
    }),
    'process.wait': method({
      summary: 'Waits until a program has ended and says how; of one that has, at once.',
      access: 'process:read',
      params: z.strictObject(target),
      // As long as a timer can.
      timeoutMs: 2_147_483_647,
      result: runSchema,
    }),
    'process.adopt': method({
      summary:
        "Makes a program the caller's: it ends with the caller's connection, or with nobody's if `detached`, and no more with the one before.",
      access: 'process:adopt',
      audited: 'target',
      params: z.strictObject({ ...target, detached: z.boolean().default(false) }),
      result: runDetailsSchema,
    }),
    'process.events': method({
      summary: 'Streams a snapshot of the programs, and then what happens to them.',
      access: 'process:read',
      resumable: true,
      params: z.strictObject({
        /** Go on after this change, without a snapshot; a `gap` and a snapshot where changes are gone. */
        since: sizeSchema.optional(),
      }),
      item: runEventSchema,
      result: z.object({}),
    }),
    'process.close': method({
      summary: 'Ends a program and everything it started: TERM, 5 s, KILL. `all` ends every one of that name.',
      access: 'process:close',
      audited: 'target',
      params: z.strictObject({ target: targetSchema, all: z.boolean().default(false) }),
      /** What ended, and how many that were: items that would not fit the line are left out. */
      result: z.object({ items: z.array(closedSchema), count: sizeSchema }),
    }),
    'process.list': method({
      summary: "Lists the caller's programs or everybody's, newest first.",
      access: 'process:read',
      params: z.strictObject({
        /** `mine`: those of whoever asks, by whatever connection. */
        scope: z.enum(['mine', 'all']).default('mine'),
        /** Only those that are not over. */
        running: z.boolean().default(false),
        details: z.boolean().default(false),
        ...pageParams,
      }),
      /** Of those of others that the caller may not touch, `details` tells the owner only. */
      result: pageOf(z.union([runDetailsSchema, foreignRunSchema, runSchema])),
    }),
    'calc.add': method({ summary: 'Adds numbers.', ...calculation }),
    'calc.sub': method({ summary: 'Subtracts the others from the first number.', ...calculation }),
    'calc.mult': method({ summary: 'Multiplies numbers.', ...calculation }),
    'calc.div': method({ summary: 'Divides the first number by the others.', ...calculation }),
  },
});
