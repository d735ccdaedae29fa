import { z } from 'zod';
import { creationSchema, environmentSchema, wordsSchema } from './container-creation.ts';
import {
  containerDetailsSchema,
  containerSchema,
  containerStatsSchema,
  eventSchema,
  imageSchema,
  logItemSchema,
  pullProgressSchema,
} from './container-schemas.ts';
import { updateItemSchema, updateSchema } from './container-update.ts';
import { defineService, method } from './method.ts';
import { nameSchema, pageOf, pageParams, sizeSchema, targetSchema, terminalSizeSchema } from './values.ts';

/** How a program in a container is talked to while it runs. */
const conversation = {
  access: 'container:exec',
  audited: 'target',
  /** The size that the terminal has from now on, if there is one. */
  input: terminalSizeSchema,
  result: z.object({ exitCode: z.int() }),
  channels: { in: ['stdin'], out: ['stdout', 'stderr'] },
} as const;

/** A length of time, a time, or a place in a log: a time in nanoseconds and how many lines of it were sent, for each channel. */
const logStart = z
  .string()
  .max(100)
  .regex(
    /^(?:\d{1,9}[smhd]|\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z\+\d{1,9}(?:\/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z\+\d{1,9})?)$/,
    'must be a time such as "2026-11-21T01:02:03Z", a length such as "10m", or the `since` of an item',
  );

const reference = z.object({ id: z.string(), name: z.string(), state: z.string() });
const target = { target: targetSchema };

/** Containers that others made here. */
export const OTHERS_SCOPE = 'container:others';
/** Containers that were not made here. */
export const FOREIGN_SCOPE = 'container:foreign';

export const containerService = defineService({
  name: 'container-server',
  port: 8888,
  anonymous: [],
  scopes: {
    [OTHERS_SCOPE]: { meaning: 'also containers that others made here, by the methods one may ask' },
    [FOREIGN_SCOPE]: {
      meaning: 'also containers that were not made here, by the methods one may ask',
      writtenOut: true,
    },
  },
  methods: {
    'container.create': method({
      summary: 'Creates a container from an image, pulling it if it is missing, and starts it.',
      access: 'container:create',
      object: 'image',
      key: true,
      audited: true,
      params: creationSchema,
      item: pullProgressSchema,
      result: reference,
    }),
    'container.list': method({
      summary: 'Lists the containers made here that run, the newest first; with `all`, the stopped ones too.',
      access: 'container:read',
      params: z.strictObject({ all: z.boolean().default(false), ...pageParams }),
      result: pageOf(containerSchema),
    }),
    'container.inspect': method({
      summary: 'Tells all there is to know of a container.',
      access: 'container:read',
      params: z.strictObject(target),
      result: containerDetailsSchema,
    }),
    'container.start': method({
      summary: 'Starts a container.',
      access: 'container:manage',
      audited: 'target',
      params: z.strictObject(target),
      result: reference,
    }),
    'container.stop': method({
      summary: 'Stops a container: TERM, then KILL after `timeoutMs`.',
      timeoutMs: 630_000,
      access: 'container:manage',
      audited: 'target',
      params: z.strictObject({ ...target, timeoutMs: z.int().min(0).max(600_000).default(10_000) }),
      result: reference,
    }),
    'container.restart': method({
      summary: 'Stops a container as `container.stop` does, and starts it again.',
      timeoutMs: 630_000,
      access: 'container:manage',
      audited: 'target',
      params: z.strictObject({ ...target, timeoutMs: z.int().min(0).max(600_000).default(10_000) }),
      result: reference,
    }),
    'container.pause': method({
      summary: 'Freezes all that runs in a container.',
      access: 'container:manage',
      audited: 'target',
      params: z.strictObject(target),
      result: reference,
    }),
    'container.unpause': method({
      summary: 'Lets a paused container go on.',
      access: 'container:manage',
      audited: 'target',
      params: z.strictObject(target),
      result: reference,
    }),
    'container.rename': method({
      summary: 'Gives a container another name.',
      access: 'container:manage',
      audited: 'target',
      params: z.strictObject({ ...target, name: nameSchema }),
      result: reference,
    }),
    'container.wait': method({
      summary: 'Waits until a container has stopped, however long that takes.',
      // As long as a timer can.
      timeoutMs: 2_147_483_647,
      access: 'container:read',
      params: z.strictObject(target),
      result: reference.extend({
        exitCode: z.int(),
        /** Left out where it was removed at once. */
        oomKilled: z.boolean().optional(),
      }),
    }),
    'container.remove': method({
      summary: 'Removes a container; a running one only with `force`.',
      access: 'container:manage',
      audited: 'target',
      params: z.strictObject({ ...target, force: z.boolean().default(false) }),
      result: reference,
    }),
    'container.update': method({
      summary:
        'Puts a container made otherwise in the place of one: tells the difference, and has the old one back unless the new one is healthy.',
      access: 'container:manage',
      key: true,
      audited: 'target',
      params: updateSchema,
      item: updateItemSchema,
      /** `updated` is false where there was no difference, or nothing was to be done. */
      result: reference.extend({ updated: z.boolean() }),
    }),
    'container.stats': method({
      summary: 'Streams what a container uses, about every second until it stops; with `once`, one time.',
      access: 'container:read',
      params: z.strictObject({ ...target, once: z.boolean().default(false) }),
      item: containerStatsSchema,
      result: reference,
    }),
    'image.list': method({
      summary: 'Lists the images that the engine has, the newest first.',
      access: 'image:read',
      params: z.strictObject(pageParams),
      result: pageOf(imageSchema),
    }),
    'image.pull': method({
      summary: 'Gets an image from its registry, the newest of its name.',
      access: 'image:manage',
      object: 'image',
      audited: true,
      params: z.strictObject({ image: z.string().min(1).max(512) }),
      item: pullProgressSchema,
      result: z.object({ id: z.string(), name: z.string() }),
    }),
    'image.remove': method({
      summary: 'Removes an image by a name or its id; one that stopped containers were made from only with `force`.',
      timeoutMs: 120_000,
      access: 'image:manage',
      audited: 'target',
      params: z.strictObject({ target: z.string().min(1).max(512), force: z.boolean().default(false) }),
      result: z.object({
        id: z.string(),
        /** Names it has lost. */
        untagged: z.array(z.string()),
        /** Its parts that nothing else needed. */
        deleted: z.array(z.string()),
      }),
    }),
    'container.exec': method({
      summary: 'Runs a program in a container that runs: its input, output and exit code; it ends with its caller.',
      ...conversation,
      params: z.strictObject({
        ...target,
        /** Program and arguments as they are, never a line for a shell. */
        command: wordsSchema.min(1),
        /** A terminal, on which all that it prints is `stdout`. */
        tty: z.boolean().default(false),
        env: environmentSchema.optional(),
        /** Where it runs; where the container's own program does unless given. */
        cwd: z.string().min(1).max(4096).optional(),
        columns: terminalSizeSchema.shape.columns.optional(),
        rows: terminalSizeSchema.shape.rows.optional(),
      }),
    }),
    'container.attach': method({
      summary:
        "Shows what a container's own program prints from now on, and passes input to it; leaving does not end it.",
      ...conversation,
      params: z.strictObject(target),
      /** The first item says what it has: a terminal, and open input. */
      item: z.object({ id: z.string(), name: z.string(), tty: z.boolean(), stdin: z.boolean() }),
    }),
    'container.logs': method({
      summary:
        "Streams what a container prints, its lines in order; with `follow`, until it stops. Goes on after an item's `since`.",
      access: 'container:read',
      resumable: true,
      params: z.strictObject({
        ...target,
        follow: z.boolean().default(false),
        /** No more than so many lines, counted from the last; a line of more than 16 KiB counts as several. Not where `since` is a place. */
        tail: z.int().min(0).max(1_000_000).optional(),
        /** From when on: a time, how long ago, such as `10m`, or the place that an item told. */
        since: logStart.optional(),
      }),
      /** What a cut left after the last place comes again. */
      item: logItemSchema,
      /** The place after the last line, where there is any. */
      result: z.object({ since: z.string().optional() }),
      channels: { out: ['stdout', 'stderr'] },
    }),
    'container.events': method({
      summary: 'Streams a snapshot of the containers made here, and then what changes about them.',
      access: 'container:read',
      resumable: true,
      params: z.strictObject({
        /** Go on after this change, without a snapshot; a `gap` and a snapshot where changes are gone. */
        since: sizeSchema.optional(),
      }),
      item: eventSchema,
      result: z.object({}),
    }),
    'engine.info': method({
      summary: 'Says which engine this service drives.',
      access: 'container:read',
      params: z.strictObject({}),
      result: z.object({
        name: z.string(),
        version: z.string(),
        apiVersion: z.string(),
        containers: sizeSchema,
        running: sizeSchema,
        images: sizeSchema,
      }),
    }),
  },
});
