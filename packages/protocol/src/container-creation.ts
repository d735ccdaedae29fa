import { z } from 'zod';
import { nameSchema } from './values.ts';

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

export const environmentSchema = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/), z.string().max(65_536));
export const wordsSchema = z.array(z.string().max(65_536)).max(1024);

/** What a container is created from. */
export const creationSchema = z.strictObject({
  image: z.string().min(1).max(512),
  /** The service gives one unless given. */
  name: nameSchema.optional(),
  /** Program and arguments in place of the image's own. */
  command: wordsSchema.optional(),
  env: environmentSchema.optional(),
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
  /** Milliseconds after its creation at which it is stopped and removed: 1 s to 30 days. */
  ttlMs: z.int().min(1000).max(2_592_000_000).optional(),
  /** It is stopped and removed when the connection that created it ends, or the service. */
  leash: z.boolean().optional(),
  pull: z.enum(['missing', 'always', 'never']).default('missing'),
});
