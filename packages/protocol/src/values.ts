import { z } from 'zod';

/** An instant: ISO 8601 in UTC with milliseconds. */
export const timeSchema = z.iso.datetime({ precision: 3 });

/** A name people choose: of a process, container, peer or room. */
export const nameSchema = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/,
    'must be 1 to 63 letters, digits, ".", "_" or "-", a letter or digit first',
  );

/** What a method acts on: an id, the unique beginning of one, or a name. */
export const targetSchema = z.string().min(1).max(256);

/** Content's digest with its algorithm in front. */
export const digestSchema = z
  .string()
  .regex(/^(sha256|blake3):[0-9a-f]{64}$/, 'must be "sha256:" or "blake3:" and 64 hexadecimal digits');

/** Where the next page of a list begins: what the last answer gave as `next`. */
export const cursorSchema = z.string().min(1).max(1024);

/** A count or size that JSON carries exactly. */
export const sizeSchema = z.int().min(0);

/** The size of a terminal, in characters. */
export const terminalSizeSchema = z.strictObject({
  columns: z.int().min(1).max(65_535),
  rows: z.int().min(1).max(65_535),
});
export type TerminalSize = z.infer<typeof terminalSizeSchema>;

/** Said by a resumable stream where items are gone: the ones numbered `from` to `to` can no longer be had. */
export const gapSchema = z.object({ gap: z.object({ from: sizeSchema, to: sizeSchema }) });

/** Members every list may be asked with. */
export const pageParams = {
  limit: z.int().min(1).max(1000).default(1000),
  next: cursorSchema.optional(),
};

/** The answer of a list: one page, and where the next one begins if there is one. */
export function pageOf<Item extends z.ZodType>(
  item: Item,
): z.ZodObject<{ items: z.ZodArray<Item>; next: z.ZodOptional<z.ZodString> }> {
  return z.object({ items: z.array(item), next: z.string().optional() });
}
