import { join } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { describeIssues } from '@sextant/protocol/envelope';
import { z } from 'zod';
import { defaultHome } from './home.ts';
import { limitsSchema } from './limits.ts';
import { LOG_LEVELS } from '../observe/log.ts';

/** `a,b` -> `['a', 'b']` */
const names = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ''),
  );

/** What every service is told at its start. */
export const configSchema = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('address to listen on; any but a loopback one needs a certificate'),
  port: z.coerce.number().int().min(0).max(65535),
  socket: z.string().min(1).optional().describe('path of a Unix socket to listen on too, for this user alone'),
  home: z.string().default(defaultHome).describe('folder that holds the data of all services'),
  tlsCert: z
    .string()
    .optional()
    .describe('certificate, and those between it and its authority, as PEM; else tls/cert.pem of the home, if there'),
  tlsKey: z.string().optional().describe('private key of the certificate as PEM; else tls/key.pem of the home'),
  hosts: names.describe('further names, by comma, by which browsers may reach the service'),
  origins: names.describe(
    'origins, by comma, of other pages that may use the service, such as https://console.example',
  ),
  limits: limitsSchema.describe(
    'ceilings to change, by comma, such as inFlight=128,idleMs=60000; rpc.hello tells them all',
  ),
  logLevel: z
    .enum(LOG_LEVELS)
    .default('info')
    .describe(`least severe entries to log: ${LOG_LEVELS.join(', ')}`),
});
export type Config = z.infer<typeof configSchema>;

/** Settings of every service alike: their variables begin with SEXTANT_, all others with the service's own name. */
const SHARED = new Set(['home', 'tlsCert', 'tlsKey', 'hosts', 'origins', 'limits', 'logLevel']);

/** What was typed or set wrongly, in one sentence for the person who did. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * A service's settings: from its flags, else its environment, else its defaults.
 * @throws ConfigError that says which one is wrong, and why.
 */
export function readConfig<Schema extends z.ZodObject>(
  service: string,
  schema: Schema,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): z.infer<Schema> {
  const flags = readFlags(schema, argv);
  const settings = Object.fromEntries(
    Object.keys(schema.shape).map((key) => [key, flags[flagOf(key)] ?? env[variableOf(service, key)]]),
  );
  const parsed = schema.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw new ConfigError(`${describeIssues(parsed.error)}. --help lists the settings.`);
}

/** The settings of a service as a table of flags, variables, meanings and defaults. */
export function describeConfig(service: string, schema: z.ZodObject): string {
  const rows = Object.entries(schema.shape).map(([key, setting]): [string, string, string] => {
    const { description = '' } = setting as z.ZodType;
    return [`--${flagOf(key)}`, variableOf(service, key), `${description}${usualValue(setting as z.ZodType)}`];
  });
  const [flags, variables] = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map(
    ([flag, variable, meaning]) => `  ${flag.padEnd(flags ?? 0)}  ${variable.padEnd(variables ?? 0)}  ${meaning}`,
  );
  return [`${service} [--flag VALUE ...]`, '', ...lines, ''].join('\n');
}

function usualValue(setting: z.ZodType): string {
  const { data } = setting.safeParse(undefined);
  return typeof data === 'string' || typeof data === 'number' ? ` (${data})` : '';
}

/** The folder of one service's data. */
export function dataFolder(config: Config, service: string): string {
  return join(config.home, service);
}

function readFlags(schema: z.ZodObject, argv: readonly string[]): Record<string, unknown> {
  const options: ParseArgsConfig['options'] = Object.fromEntries(
    Object.keys(schema.shape).map((key) => [flagOf(key), { type: 'string' }]),
  );
  try {
    return parseArgs({ args: [...argv], options, strict: true }).values;
  } catch (error) {
    throw new ConfigError(Error.isError(error) ? error.message : String(error), { cause: error });
  }
}

/** `logLevel` -> `log-level` */
function flagOf(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `port` of chat-relay -> `CHAT_RELAY_PORT`; `home` -> `SEXTANT_HOME` */
function variableOf(service: string, key: string): string {
  return `${SHARED.has(key) ? 'sextant' : service}_${flagOf(key)}`.replaceAll('-', '_').toUpperCase();
}
