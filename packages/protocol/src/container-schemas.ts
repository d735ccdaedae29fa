import { z } from 'zod';
import { gapSchema, sizeSchema, timeSchema } from './values.ts';

const port = z.int().min(1).max(65535);

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
  /** When it is stopped and removed, where that was asked for. */
  expiresAt: timeSchema.optional(),
  ports: z.array(z.object({ container: port, host: port.optional(), protocol: z.string() })),
  /** Who made it; nobody whom this service knows, where it is missing. */
  owner: z.string().optional(),
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
  /** What it has of the engine's machine, where that is anything. */
  host: z
    .object({
      privileged: z.boolean(),
      hostNamespaces: z.array(z.string()),
      devices: z.array(z.object({ path: z.string(), as: z.string() })),
      mounts: z.array(z.object({ source: z.string(), target: z.string(), write: z.boolean() })),
    })
    .optional(),
});
export type ContainerDetails = z.infer<typeof containerDetailsSchema>;
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
  /** Of `died`: the last lines it printed, for whoever may touch it. */
  log: z.array(z.string()).optional(),
  /** Of `stopped` and `removed`: what the service ended it for, its time or the end of its connection. */
  reason: z.enum(['ttl', 'leash']).optional(),
  oldName: z.string().optional(),
  health: z.string().optional(),
});
export type ContainerChange = z.infer<typeof changeSchema>;

/** That the engine is lost: until it is back nothing is known of the containers. What changed meanwhile is told before `back`. */
const engineChangeSchema = z.object({
  type: z.literal('engine'),
  state: z.enum(['lost', 'back']),
  /** When that was noticed. */
  at: timeSchema,
  /** Of `lost`: why. */
  reason: z.string().optional(),
});
export type EngineChange = z.infer<typeof engineChangeSchema>;

/** What a watcher of containers sees: a snapshot in parts, the last of them with `seq`, then each change. */
export const eventSchema = z.union([
  z.object({
    type: z.literal('snapshot'),
    seq: sizeSchema.optional(),
    part: z.int().min(1),
    containers: z.array(watchedSchema),
    /** Another part follows. */
    more: z.boolean(),
  }),
  changeSchema.extend({ seq: sizeSchema }),
  engineChangeSchema.extend({ seq: sizeSchema }),
  gapSchema,
]);
export type ContainerItem = z.infer<typeof eventSchema>;

/**
 * In a log: the place after all that was sent before it; or the times between which the engine has thrown lines away since
 * the place that was asked for.
 */
export const logItemSchema = z.union([
  z.object({ since: z.string() }),
  z.object({ gap: z.object({ from: z.string(), to: z.string() }) }),
]);
export type LogItem = z.infer<typeof logItemSchema>;

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
