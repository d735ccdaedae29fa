import { z } from 'zod';
import { defineService, method } from './method.ts';
import { nameSchema, pageOf, pageParams, sizeSchema, targetSchema, timeSchema } from './values.ts';

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

/** Progress of one layer of an image that is pulled; sizes where the engine knows them. */
export const pullProgressSchema = z.object({
  layer: z.string().optional(),
  status: z.string(),
  currentBytes: sizeSchema.optional(),
  totalBytes: sizeSchema.optional(),
});
export type PullProgress = z.infer<typeof pullProgressSchema>;

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
