import { z } from 'zod';
import { defineService, method } from './method.ts';
import { digestSchema, pageOf, pageParams, sizeSchema, timeSchema } from './values.ts';

/** A place below the served folder: components between `/`, none of them `.` or `..`; empty means the folder itself. */
const path = z.string().max(1024);
const upload = z.string().min(1).max(64);

export const fileEntrySchema = z.object({
  name: z.string(),
  path: z.string(),
  type: z.enum(['file', 'directory']),
  sizeBytes: sizeSchema,
  modifiedAt: timeSchema,
});
export type FileEntry = z.infer<typeof fileEntrySchema>;

export const fileService = defineService({
  name: 'file-server',
  port: 65432,
  anonymous: ['file:read', 'file:write'],
  methods: {
    'file.list': method({
      summary: 'Lists a folder by name, a page at a time.',
      access: 'file:read',
      object: 'path',
      params: z.strictObject({ path: path.default(''), ...pageParams }),
      result: pageOf(fileEntrySchema),
    }),
    'file.stat': method({
      summary: 'Says what a path is.',
      access: 'file:read',
      object: 'path',
      params: z.strictObject({ path }),
      result: fileEntrySchema,
    }),
    'file.read': method({
      summary: 'Streams the bytes of a file as bodies, from an offset on.',
      access: 'file:read',
      object: 'path',
      params: z.strictObject({ path, offset: sizeSchema.default(0), length: sizeSchema.optional() }),
      /** `digest` is there where the whole file was read. */
      result: z.object({ sizeBytes: sizeSchema, digest: z.string().optional() }),
      channels: { out: ['content'] },
    }),
    'file.open': method({
      summary: 'Begins an upload, or continues the one under way for the same path, size and digest.',
      access: 'file:write',
      object: 'path',
      audited: true,
      params: z.strictObject({
        path: path.min(1),
        sizeBytes: sizeSchema.optional(),
        digest: digestSchema.optional(),
        overwrite: z.boolean().default(false),
      }),
      /** `offset`: bytes the service has already. */
      result: z.object({ upload, offset: sizeSchema }),
    }),
    'file.write': method({
      summary: "Adds the frame's body to an upload at its end; another offset is answered with `offset_mismatch`.",
      access: 'file:write',
      object: 'own',
      params: z.strictObject({ upload, offset: sizeSchema }),
      result: z.object({ offset: sizeSchema }),
    }),
    'file.commit': method({
      summary: 'Publishes an upload in one step, or not at all.',
      // It is read once more to be verified: a terabyte takes its time.
      timeoutMs: 3_600_000,
      access: 'file:write',
      object: 'own',
      audited: 'upload',
      params: z.strictObject({ upload, digest: digestSchema.optional() }),
      result: fileEntrySchema.extend({ digest: z.string() }),
    }),
    'file.abort': method({
      summary: 'Drops an upload.',
      access: 'file:write',
      object: 'own',
      params: z.strictObject({ upload }),
      result: z.object({}),
    }),
    'file.time': method({
      summary: "Tells the server's time.",
      access: 'file:read',
      object: 'own',
      params: z.strictObject({}),
      /** `time` is local, `HH:MM:SS`. */
      result: z.object({ time: z.string(), iso: timeSchema }),
    }),
    'file.info': method({
      summary: 'Says that the server is up, for how long, and what it holds.',
      access: 'file:read',
      params: z.strictObject({}),
      result: z.object({
        message: z.string(),
        uptimeMs: sizeSchema,
        files: sizeSchema,
        sizeBytes: sizeSchema,
        freeBytes: sizeSchema,
      }),
    }),
  },
});
