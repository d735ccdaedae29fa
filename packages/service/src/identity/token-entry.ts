import { scopeSchema } from '@sextant/protocol/scope';
import { z } from 'zod';

/** What a person or a machine is called: the principal that services see. */
export const principalNameSchema = z
  .string()
  .regex(/^[a-z0-9._-]{1,32}$/, 'must be 1 to 32 of a-z, 0-9, ".", "_" and "-"')
  .refine((name) => name !== 'anonymous' && name !== 'local', 'is a name that services use themselves');

/** The 32 raw bytes of an ed25519 public key in base64url; 43 characters carry two bits more, which are 0. */
export const publicKeySchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, 'must be the 43 base64url characters of an ed25519 public key');

export const tokenIdSchema = z.string().regex(/^[a-z0-9]{8}$/, 'must be 8 of a-z and 0-9');

const wishShape = {
  name: principalNameSchema,
  scopes: z.array(scopeSchema).min(1).max(64),
  /** What it is for, in the words of whoever made it. */
  note: z
    .string()
    .max(200)
    .regex(/^\P{Cc}*$/u, 'must be without control characters')
    .optional(),
  /** Wall-clock time, by intent: a machine that slept must not extend it. */
  expiresAt: z.iso.datetime().optional(),
};

/** What is asked for when a token is made; with `key`, whoever holds the private half needs no token. */
export const tokenWishSchema = z.strictObject({ ...wishShape, key: publicKeySchema.optional() });
export type TokenWish = z.infer<typeof tokenWishSchema>;

const entryShape = { ...wishShape, id: tokenIdSchema, createdAt: z.iso.datetime() };

/** One token as it is kept: its SHA-256 in place of its text, so that a stolen copy of the store opens nothing. */
export const tokenEntrySchema = z.union([
  z.strictObject({ ...entryShape, hash: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.strictObject({ ...entryShape, key: publicKeySchema }),
]);
export type TokenEntry = z.infer<typeof tokenEntrySchema>;

/** True once its time is over. */
export function isExpired({ expiresAt }: Pick<TokenEntry, 'expiresAt'>): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= Date.now();
}
