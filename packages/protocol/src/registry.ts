import { z } from 'zod';
import { defineService, method } from './method.ts';
import { gapSchema, nameSchema, pageOf, pageParams, sizeSchema, timeSchema } from './values.ts';

const kind = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be 1 to 32 of a-z, 0-9 and "-", a letter first');
const port = z.int().min(1).max(65535);
const meta = z.record(z.string().min(1).max(64), z.string().max(256));
const lease = z.string().min(1).max(64);

/** Who is alive, and where. */
export const contactSchema = z.object({
  name: z.string(),
  kind: z.string(),
  host: z.string(),
  port,
  meta: meta.optional(),
  /** Rises with every new owner of the name. */
  generation: sizeSchema,
  /** The registry's revision at this contact's last change. */
  rev: sizeSchema,
  registeredAt: timeSchema,
});
export type Contact = z.infer<typeof contactSchema>;

/**
 * What a watcher sees. First a snapshot of who is there, in parts that fit a line: the first one begins anew, and only the
 * last one has a `seq`, since nobody can go on in the middle. Then what changes, each under its revision. What changes
 * while a long snapshot is told may show in a later part of it already; it is told again as a change.
 */
export const watchItemSchema = z.union([
  z.object({
    type: z.literal('snapshot'),
    /** The registry's revision when the first part was told. */
    rev: sizeSchema,
    seq: sizeSchema.optional(),
    part: z.int().min(1),
    contacts: z.array(contactSchema),
    /** Another part follows. */
    more: z.boolean(),
  }),
  z.object({ type: z.literal('registered'), rev: sizeSchema, seq: sizeSchema, contact: contactSchema }),
  z.object({
    type: z.literal('removed'),
    rev: sizeSchema,
    seq: sizeSchema,
    name: z.string(),
    kind: z.string(),
    generation: sizeSchema,
  }),
  gapSchema,
]);
export type WatchItem = z.infer<typeof watchItemSchema>;

export const registryService = defineService({
  name: 'contact-registry',
  port: 8080,
  anonymous: ['registry:read', 'registry:register'],
  methods: {
    'registry.register': method({
      summary: "Announces the caller and returns the others; it lasts as long as the caller's connection and lease.",
      access: 'registry:register',
      object: 'kind',
      params: z.strictObject({
        kind,
        port,
        /** Where others reach the caller; without it, the address the registry sees. */
        host: z.string().min(1).max(253).optional(),
        /** Without it, a free one is given. */
        name: nameSchema.optional(),
        meta: meta.optional(),
        /** The lease ends when it was not renewed for this long. */
        ttlMs: z.int().min(1000).max(86_400_000).default(30_000),
        /** Outlive the connection: only the lease's time counts. */
        detached: z.boolean().default(false),
        /** How many of the others to answer with, at most: none, where they are listed or watched. */
        limit: z.int().min(0).max(1000).default(1000),
      }),
      result: z.object({
        name: z.string(),
        lease,
        generation: sizeSchema,
        rev: sizeSchema,
        ttlMs: sizeSchema,
        observedHost: z.string(),
        /** The others, by name; where `next` is given, `registry.list` has the rest. */
        contacts: z.array(contactSchema),
        next: z.string().optional(),
      }),
    }),
    'registry.renew': method({
      summary: "Starts a lease's time anew.",
      access: 'registry:register',
      object: 'own',
      params: z.strictObject({ lease }),
      result: z.object({ ttlMs: sizeSchema, rev: sizeSchema }),
    }),
    'registry.deregister': method({
      summary: 'Ends a lease.',
      access: 'registry:register',
      object: 'own',
      params: z.strictObject({ lease }),
      result: z.object({}),
    }),
    'registry.list': method({
      summary: 'Lists who is alive, by name, a page at a time.',
      access: 'registry:read',
      params: z.strictObject({
        kind: kind.optional(),
        prefix: z.string().max(63).optional(),
        meta: meta.optional(),
        ...pageParams,
      }),
      result: pageOf(contactSchema),
    }),
    'registry.watch': method({
      summary:
        'Streams a snapshot of who is alive, in parts, and then who comes and goes; where changes are gone, a `gap` and a new snapshot.',
      access: 'registry:read',
      resumable: true,
      params: z.strictObject({
        /** Only these: others come and go unseen. */
        kind: kind.optional(),
        /** Go on after this revision, without who is alive; a `gap` first where changes are gone. */
        since: sizeSchema.optional(),
      }),
      item: watchItemSchema,
      result: z.object({}),
    }),
    'registry.lookup': method({
      summary: 'Says where a name is.',
      access: 'registry:read',
      object: 'name',
      params: z.strictObject({ name: nameSchema }),
      result: contactSchema,
    }),
  },
});
