import { basename } from 'node:path';
import type { Limits } from '@sextant/protocol/limits';
import type { Service } from '@sextant/protocol/method';
import { isThisMachine } from '@sextant/wire/remote';
import type { z } from 'zod';
import { ConfigError, configSchema, dataFolder, describeConfig, readConfig, type Config } from './config.ts';
import type { App } from '../handler.ts';
import { ownNames } from '../http/allowed.ts';
import { openIdentities } from '../identity/identities.ts';
import { lockFirst } from './lock.ts';
import { maxFds } from '../observe/descriptors.ts';
import { createLog, type Log } from '../observe/log.ts';
import { closeWhenAsked } from './shutdown.ts';
import { start } from '../start.ts';
import { loadCertificate } from '../certificates/load.ts';

/** What a service's `main` hands over: what it is, its own settings, and how it is made from them. */
export interface Program<S extends Service, Settings extends z.ZodRawShape> {
  readonly service: S;
  readonly settings: Settings;
  /** Where it runs; without this once, in the service's own folder. */
  places?(config: Config & z.infer<z.ZodObject<Settings>>): Places;
  /** Makes it; `folder` is for its data, and no other instance's. */
  create(config: Config & z.infer<z.ZodObject<Settings>>, log: Log, folder: string): Promise<App<S>>;
}

/** How often a service runs in its process, and the folders of which each takes the first free one for itself. */
export interface Places {
  readonly count: number;
  readonly folders: Iterable<string>;
}

/**
 * The life of a service's process: configure, create, start, wait. Prints one JSON line on stdout, or one for each where
 * it runs several times: where it listens (`{service, host, port, pid}`). Or why it cannot (`{service, error}`), and then
 * ends with 1; with 2 for a wrong setting.
 */
export async function run<S extends Service, Settings extends z.ZodRawShape>(
  program: Program<S, Settings>,
): Promise<void> {
  const { name, port } = program.service;
  const schema = configSchema.extend({
    port: configSchema.shape.port.default(port).describe('port to listen on; 0 takes any free one'),
    ...program.settings,
  });
  if (process.argv.includes('--help')) {
    process.stdout.write(describeConfig(name, schema));
    return;
  }
  try {
    const config = readConfig(name, schema, process.argv.slice(2), process.env) as Config &
      z.infer<z.ZodObject<Settings>>;
    const log = createLog(name, config.logLevel);
    const isPublic = !isThisMachine(config.host);
    const certificate = loadCertificate(config);
    if (isPublic && !certificate) throw needsCertificate(config.host);
    const { count, folders } = program.places?.(config) ?? { count: 1, folders: [dataFolder(config, name)] };
    const locks = lockFirst(folders, count);
    const common = {
      ...config,
      limits: await withinDescriptors(config.limits, count, log),
      identities: await openIdentities(config.home),
      tls: certificate?.context,
      allowed: {
        hosts: [...config.hosts, ...(isPublic ? [...ownNames(), ...(certificate?.names ?? [])] : [])],
        origins: config.origins,
      },
    };
    const all = await Promise.all(
      locks.map(async ({ path: folder }) => {
        const own = count === 1 ? log : createLog(name, config.logLevel, basename(folder));
        const running = await start(await program.create(config, own, folder), { ...common, log: own, folder });
        return { running, log: own };
      }),
    );
    const services = all.map(({ running }) => running);
    closeWhenAsked(services, config.limits.drainMs, log, locks);
    for (const { host, port } of services) announce({ service: name, host, port, pid: process.pid });
    for (const { running, log: own } of all) {
      own.info({ host: running.host, port: running.port, tls: certificate !== undefined }, 'listening');
    }
  } catch (error) {
    // What was created before the failure must not keep the process alive.
    announce({ service: name, error: explain(error) }, () => process.exit(error instanceof ConfigError ? 2 : 1));
  }
}

/**
 * A connection that is accepted without a descriptor left is dropped in silence, and files cannot be opened any more: so
 * there are never more connections than three quarters of the descriptors. Of these, each of `count` services has its part.
 */
async function withinDescriptors(limits: Limits, count: number, log: Log): Promise<Limits> {
  const most = Math.floor((await maxFds().catch(() => Infinity)) * 0.75);
  const wanted = limits.connections;
  if (most < wanted) log.warn({ wanted, connections: most }, 'fewer connections than wanted: open files are limited');
  return { ...limits, connections: Math.min(wanted, Math.floor(most / count)) };
}

function announce(line: object, written?: () => void): void {
  process.stdout.write(`${JSON.stringify(line)}\n`, written);
}

function needsCertificate(host: string): ConfigError {
  return new ConfigError(
    `${host} can be reached from other machines, which takes TLS: make a certificate with "sextant cert create", or bring one with --tls-cert and --tls-key.`,
  );
}

/** The system's reasons for not starting, in the words of someone who has to do something about it. */
function explain(error: unknown): string {
  if (!Error.isError(error)) return String(error);
  const { code, port, path, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  if (port === -1) return explainSocket(code, address ?? 'the socket');
  if (code === 'EADDRINUSE') return `port ${port} is taken by another program; stop it, or choose another with --port`;
  if (code === 'EADDRNOTAVAIL') return 'this machine has no such address; choose another with --host';
  if (code === 'EACCES' && port) return `port ${port} needs more rights; choose one above 1023 with --port`;
  if (code === 'EACCES' || code === 'EROFS') return `${path} cannot be written; choose another folder with --home`;
  return error.message;
}

function explainSocket(code: string | undefined, path: string): string {
  if (code === 'EADDRINUSE')
    return `${path} is there already, as a file or as a program's socket; choose another with --socket`;
  if (code === 'EACCES' || code === 'ENOENT' || code === 'ENOTDIR')
    return `${path} cannot be made: its folder is not there, or not for this user; choose another with --socket`;
  return `${path} cannot be listened on (${code}); choose another with --socket`;
}
