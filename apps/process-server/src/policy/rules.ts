import { readPolicyFile } from '@sextant/service/run/policy-file';
import { z } from 'zod';

/** Patterns of one member of a rule, and characters of each: what a person can still read. */
const MOST = 1000;
const LONGEST = 4096;

const pattern = z.string().max(LONGEST);
const variable = z
  .string()
  .max(128)
  .regex(/^[A-Za-z_*][A-Za-z0-9_*]*$/, 'must be the name of a variable, in which "*" is any text');
const program = z
  .string()
  .max(LONGEST)
  .regex(
    /^(\*|\/([^*]+\/)?\*|\/[^*]+|[^*/\0]+)$/,
    'must be a name, the whole path of a program, a folder with "/*" at its end, or "*"',
  );
const folder = z
  .string()
  .max(LONGEST)
  .regex(/^\/[^*\0]*$/, 'must be the whole path of a folder');

const ruleSchema = z.strictObject({
  /** Whose programs it allows: names of tokens and keys, `local`. */
  users: z.array(pattern.min(1)).min(1).max(MOST),
  programs: z.array(program).min(1).max(MOST),
  /** Each argument is of one of these. */
  args: z.array(pattern).max(MOST).optional(),
  /** Variables that may be set. What makes programs run something else must be named without `*`. */
  env: z.array(variable).max(MOST).optional(),
  /** Where programs may begin, and all below. */
  folders: z.array(folder).min(1).max(MOST).optional(),
  detached: z.boolean().default(true),
});

const policySchema = z.strictObject({
  rules: z.array(ruleSchema).max(MOST).optional(),
  /** More of the service's own variables that programs get. */
  environment: z.array(variable).max(MOST).default([]),
});

/** What the policy file says. */
export type PolicyFile = z.infer<typeof policySchema>;

/** One rule of it, with its place in the file. */
export type Rule = z.infer<typeof ruleSchema> & { readonly at: number };

/**
 * The policy of a file; without one, nothing is limited.
 * @throws ConfigError that says which member is wrong, and why.
 */
export function readPolicy(path: string | undefined): PolicyFile {
  return readPolicyFile(policySchema, path);
}
