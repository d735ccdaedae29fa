import { creationSchema, hostNamespaceSchema, hostPathSchema } from '@sextant/protocol/container-creation';
import { readPolicyFile } from '@sextant/service/run/policy-file';
import { z } from 'zod';

/** Processes and threads that a container may have: no fork bomb takes the machine, and what is usual runs. As podman has it. */
const PROCESSES = 2048;

const port = z.int().min(1).max(65_535);
const imagePattern = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^*\s]*\*?$/, 'must be the full name of an image, or the beginning of one and "*" at its end');

/** What one gets who asks for none, and the most. */
function limit<Amount extends z.ZodNumber>(amount: Amount) {
  return z
    .strictObject({ default: amount.optional(), max: amount.optional() })
    .refine(({ default: usual = 0, max = Infinity }) => usual <= max, 'has a default above its max')
    .default({});
}

/** What the policy file may say; where it says nothing of something, that is as it is without a file. */
export const rulesSchema = z.strictObject({
  /** Full names, with tag or digest, or beginnings that end in `*`. */
  images: z.array(imagePattern).optional(),
  /** Whether the engine may pull any. */
  pull: z.boolean().default(true),
  memoryBytes: limit(creationSchema.shape.memoryBytes.unwrap()),
  cpus: limit(creationSchema.shape.cpus.unwrap()),
  processes: z.int().min(1).max(4_194_304).default(PROCESSES),
  ports: z
    .strictObject({
      /** Ports of the engine's machine on which containers may be published. */
      host: z
        .array(
          z
            .strictObject({ from: port, to: port })
            .refine(({ from, to }) => from <= to, 'must have a "from" that is not above its "to"'),
        )
        .min(1)
        .optional(),
      /** How many each container may have. */
      max: z.int().min(0).max(64).optional(),
    })
    .default({}),
  containersPerOwner: z.int().min(1).optional(),
  privileged: z.boolean().default(false),
  hostNamespaces: z.array(hostNamespaceSchema).default([]),
  devices: z.array(hostPathSchema).default([]),
  /** Folders of the engine's machine that may be mounted, and all below them. */
  mounts: z.array(z.strictObject({ source: hostPathSchema, write: z.boolean().default(false) })).default([]),
});
export type Rules = z.infer<typeof rulesSchema>;

/**
 * The rules of a file; without one, those that allow nothing dangerous and limit nothing else.
 * @throws ConfigError that says which member is wrong, and why.
 */
export function readRules(path: string | undefined): Rules {
  return readPolicyFile(rulesSchema, path);
}
