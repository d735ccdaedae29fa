import { z } from 'zod';
import { defineService, method } from './method.ts';
import { nameSchema, pageOf, pageParams, sizeSchema, targetSchema, timeSchema } from './values.ts';

/** Names of labels that the service gives itself begin with `sextant.`. */
const labels = z.record(z.string().regex(/^(?!sextant\.)[a-zA-Z0-9][a-zA-Z0-9._/-]{0,127}$/), z.string().max(4096), {
  error: ({ code }) =>
    code === 'invalid_key'
      ? 'have names of 1 to 128 letters, digits, ".", "_", "/" or "-" that do not begin with "sextant."'
      : undefined,
});
const MiB = 1024 * 1024;

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

/** All that is told of one container. */
export const containerDetailsSchema = containerSchema.extend({
  /** As it is run: entrypoint and arguments. */
  command: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  /** Those of its image and of whoever made it, without the service's own. */
  labels: z.record(z.string(), z.string()),
  /** Of its last start; null before the first. */
  startedAt: timeSchema.nullable(),
  /** Null while it runs, and before it did. */
  endedAt: timeSchema.nullable(),
  exitCode: z.int().nullable(),
  /** The kernel ended its program for want of memory. */
  oomKilled: z.boolean(),
  /** How often the engine has started it again. */
  restartCount: sizeSchema,
  /** Of its health check, where it has one: starting, healthy or unhealthy. */
  health: z.string().optional(),
  /** When the engine starts it again: no, on-failure, unless-stopped or always. */
  restart: z.string(),
  /** The most it may use, where that is limited. */
  memoryBytes: sizeSchema.optional(),
  cpus: z.number().optional(),
  addresses: z.array(z.object({ network: z.string(), address: z.string() })),
  owner: z.string().optional(),
});
export type ContainerDetails = z.infer<typeof containerDetailsSchema>;

/** Progress of one layer of an image that is pulled; sizes where the engine knows them. */
export const pullProgressSchema = z.object({
  layer: z.string().optional(),
  status: z.string(),
  currentBytes: sizeSchema.optional(),
  totalBytes: sizeSchema.optional(),
});
export type PullProgress = z.infer<typeof pullProgressSchema>;

/** An image that the engine has. */
export const imageSchema = z.object({
  id: z.string(),
  /** With their tags, such as "alpine:latest"; none where it has lost them all. */
  names: z.array(z.string()),
  sizeBytes: sizeSchema,
  createdAt: timeSchema,
  /** How many containers were made from it, where the engine tells. */
  containers: sizeSchema.optional(),
});
export type Image = z.infer<typeof imageSchema>;

/** What a container used in the second before `at`, and in all since its start. */
export const containerStatsSchema = z.object({
  at: timeSchema,
  /** 100 is all of one processor. */
  cpuPercent: z.number(),
  /** Without what the kernel would give back at once. */
  memoryBytes: sizeSchema,
  /** All memory of the engine's machine where there is no limit. */
  memoryLimitBytes: sizeSchema,
  /** Of its networks, since its start. */
  rxBytes: sizeSchema,
  txBytes: sizeSchema,
  /** Of disks, since its start. */
  readBytes: sizeSchema,
  writtenBytes: sizeSchema,
  /** Processes and threads. */
  processes: sizeSchema,
});
export type ContainerStats = z.infer<typeof containerStatsSchema>;
/** The size of a terminal, in characters. */
export const terminalSizeSchema = z.strictObject({
  columns: z.int().min(1).max(65_535),
  rows: z.int().min(1).max(65_535),
});
export type TerminalSize = z.infer<typeof terminalSizeSchema>;

/** How a program in a container is talked to while it runs. */
const conversation = {
  access: 'container:exec',
  audited: 'target',
  /** The size that the terminal has from now on, if there is one. */
  input: terminalSizeSchema,
  result: z.object({ exitCode: z.int() }),
  channels: { in: ['stdin'], out: ['stdout', 'stderr'] },
} as const;

const environment = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/), z.string().max(65_536));
const words = z.array(z.string().max(65_536)).max(1024);

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
        command: words.optional(),
        env: environment.optional(),
        ports: z.array(portMapping).max(64).optional(),
        /** The most memory it may use. */
        memoryBytes: z
          .int()
          .min(6 * MiB)
          .optional(),
        /** The most processors it may use, such as 1.5. */
        cpus: z.number().min(0.01).max(4096).optional(),
        /** When the engine starts it again: never, unless given. */
        restart: z.enum(['no', 'on-failure', 'unless-stopped', 'always']).optional(),
        labels: labels.optional(),
        /** A terminal for its program. */
        tty: z.boolean().default(false),
        /** Its program's input is open, for whoever attaches. */
        stdin: z.boolean().default(false),
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
        command: words.min(1),
        /** A terminal, on which all that it prints is `stdout`. */
        tty: z.boolean().default(false),
        env: environment.optional(),
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
