import { z } from 'zod';
import { defineService, method } from './method.ts';
import { gapSchema, nameSchema, pageOf, pageParams, sizeSchema, targetSchema, timeSchema } from './values.ts';

const port = z.int().min(1).max(65535);
const portMapping = z.strictObject({
  container: port,
  /** Any free port of the engine's machine unless given. */
  host: port.optional(),
  protocol: z.enum(['tcp', 'udp']).default('tcp'),
});

/** A container, as the engine tells it. */
export const containerSchema = z.object({
  id: z.string(),
  name: z.string(),
  image: z.string(),
  /** The engine's word: created, running, paused, restarting, removing, exited or dead. */
  state: z.string(),
  /** The engine's sentence, such as "Up 5 minutes". */
  status: z.string(),
  createdAt: timeSchema,
  ports: z.array(z.object({ container: port, host: port.optional(), protocol: z.string() })),
});
export type Container = z.infer<typeof containerSchema>;

const watchedSchema = containerSchema.pick({ id: true, name: true, image: true }).extend({
  /** created, running, paused or exited. */
  state: z.string(),
  /** healthy or unhealthy, where the image has a check. */
  health: z.string().optional(),
});
export type WatchedContainer = z.infer<typeof watchedSchema>;

const changeSchema = containerSchema.pick({ id: true, name: true, image: true }).extend({
  /** `stopped` was asked for through this service, `died` was not. */
  type: z.enum(['created', 'started', 'stopped', 'died', 'paused', 'unpaused', 'renamed', 'removed', 'health']),
  /** When it happened, or was found. */
  at: timeSchema,
  /** Of `stopped` and `died`; `null` where it is not known. */
  exitCode: z.int().nullable().optional(),
  /** It had no memory left. */
  oomKilled: z.boolean().optional(),
  /** Of `died`, where it is known. */
  owner: z.string().optional(),
  /** Of `died`: the last lines it printed. */
  log: z.array(z.string()).optional(),
  oldName: z.string().optional(),
  health: z.string().optional(),
});
export type ContainerChange = z.infer<typeof changeSchema>;

/** What a watcher of containers sees: a snapshot in parts, the last of them with `seq`, then each change. */
const eventSchema = z.union([
  z.object({
    type: z.literal('snapshot'),
    seq: sizeSchema.optional(),
    part: z.int().min(1),
    containers: z.array(watchedSchema),
    /** Another part follows. */
    more: z.boolean(),
  }),
  changeSchema.extend({ seq: sizeSchema }),
  gapSchema,
]);
export type ContainerItem = z.infer<typeof eventSchema>;

/** Progress of one layer of an image that is pulled; sizes where the engine knows them. */
export const pullProgressSchema = z.object({
  layer: z.string().optional(),
  status: z.string(),
  currentBytes: sizeSchema.optional(),
  totalBytes: sizeSchema.optional(),
});
export type PullProgress = z.infer<typeof pullProgressSchema>;

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

export const containerService = defineService({
  name: 'container-server',
  port: 8888,
  anonymous: [],
  methods: {
    'container.create': method({
      summary: 'Creates a container from an image, pulling it if it is missing, and starts it.',
      access: 'container:create',
      object: 'image',
      key: true,
      audited: true,
      params: z.strictObject({
        image: z.string().min(1).max(512),
        /** The engine gives one unless given. */
        name: nameSchema.optional(),
        /** Program and arguments in place of the image's own. */
        command: z.array(z.string().max(65_536)).max(1024).optional(),
        env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/), z.string().max(65_536)).optional(),
        ports: z.array(portMapping).max(64).optional(),
        start: z.boolean().default(true),
        pull: z.enum(['missing', 'always', 'never']).default('missing'),
      }),
      item: pullProgressSchema,
      result: reference,
    }),
    'container.list': method({
      summary: 'Lists the containers made here that run, the newest first; with `all`, the stopped ones too.',
      access: 'container:read',
      params: z.strictObject({ all: z.boolean().default(false), ...pageParams }),
      result: pageOf(containerSchema),
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
    'container.remove': method({
      summary: 'Removes a container; a running one only with `force`.',
      access: 'container:manage',
      audited: 'target',
      params: z.strictObject({ ...target, force: z.boolean().default(false) }),
      result: reference,
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
      /** The place after all that was sent before it. What a cut left after the last one comes again. */
      item: z.object({ since: z.string() }),
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
