import { z } from 'zod';
import { creationSchema, environmentSchema } from './container-creation.ts';
import { pullProgressSchema } from './container-schemas.ts';
import { targetSchema } from './values.ts';

const { image, command, ports, memoryBytes, cpus, restart, pull } = creationSchema.shape;

/** What of a container is to be another; what is not said stays. */
export const updateSchema = z.strictObject({
  target: targetSchema,
  /** The one that it was made from unless given, as that name stands for now. */
  image: image.optional(),
  /** None is the image's own. */
  command,
  /** Only the variables that are named; null takes one away. */
  env: z.record(environmentSchema.keyType, environmentSchema.valueType.nullable()).optional(),
  /** All of them, in place of those it has. */
  ports,
  memoryBytes,
  cpus,
  restart,
  pull,
  /** Only tell the difference, and pull nothing. */
  dryRun: z.boolean().default(false),
  /** Within which the new one must be healthy. */
  timeoutMs: z.int().min(1).max(3_600_000).default(60_000),
});

const changeSchema = z.object({
  /** Named as the params are: `image`, `env.NAME`, `ports`, ... */
  field: z.string(),
  /** As text, cut where it is long; left out where there is nothing, or the image's own. */
  from: z.string().optional(),
  to: z.string().optional(),
  /** An image that is not here: it would have to be pulled. */
  missing: z.literal(true).optional(),
});
export type Change = z.infer<typeof changeSchema>;

/** Progress of a pull, where one is needed; the difference, in parts where it is long; then each step as it begins. */
export const updateItemSchema = z.union([
  z.object({ changes: z.array(changeSchema) }),
  z.object({ step: z.enum(['create', 'stop', 'start', 'wait', 'remove', 'rollback']) }),
  pullProgressSchema,
]);
export type UpdateItem = z.infer<typeof updateItemSchema>;
