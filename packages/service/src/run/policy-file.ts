import { readFileSync } from 'node:fs';
import { describeIssues } from '@sextant/protocol/envelope';
import type { z } from 'zod';
import { ConfigError } from './config.ts';

/**
 * What a policy file says; without one, what its schema has for an empty one.
 * @throws ConfigError that says which member is wrong, and why.
 */
export function readPolicyFile<Policy>(schema: z.ZodType<Policy>, path: string | undefined): Policy {
  const policy = schema.safeParse(path === undefined ? {} : readJson(path));
  if (policy.success) return policy.data;
  throw new ConfigError(`the policy file ${path} is wrong: ${describeIssues(policy.error)}`);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch (error) {
    const reason = Error.isError(error) ? error.message : String(error);
    throw new ConfigError(`the policy file ${path} cannot be read: ${reason}`, { cause: error });
  }
}
