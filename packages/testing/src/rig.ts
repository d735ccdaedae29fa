import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@sextant/client/client';
import { connect } from '@sextant/client/connect';
import { LIMITS, type Limits } from '@sextant/protocol/limits';
import type { Service } from '@sextant/protocol/method';
import type { App } from '@sextant/service/handler';
import type { Config } from '@sextant/service/run/config';
import { openIdentities } from '@sextant/service/identity/identities';
import { openLocalToken } from '@sextant/service/identity/local-token';
import { createLog } from '@sextant/service/observe/log';
import { start, type Running, type Start } from '@sextant/service/start';

/** A service running for a test, with a client beside it. `await using` ends it all. */
export interface Rig<S extends Service> extends AsyncDisposable {
  readonly running: Running;
  /** Where its tokens and its audit log are. */
  readonly home: string;
  /** The home's local token: who has it may do everything. */
  readonly token: string;
  readonly client: Client<S>;
  /** One more connection. */
  connect(): Promise<Client<S>>;
}

/** What a test's service writes when something fails unexpectedly; nothing otherwise. */
export const testLog = createLog('test', 'error');

/**
 * Starts a service on a free port of loopback, really listening, and connects to it as whoever may read its home. `more`
 * is what it is started with besides.
 */
export async function startRig<S extends Service>(
  app: App<S>,
  limits: Partial<Limits> = {},
  more: Partial<Start> = {},
): Promise<Rig<S>> {
  const home = await temporaryFolder();
  const identities = await openIdentities(home.path);
  const token = await openLocalToken(home.path);
  const running = await start(app, {
    host: '127.0.0.1',
    port: 0,
    log: testLog,
    identities,
    folder: home.path,
    limits: { ...LIMITS, ...limits },
    ...more,
  });
  const clients: Client<S>[] = [];
  const open = async (): Promise<Client<S>> => {
    const client = await connect(app.service, running, { client: 'test/1', auth: { type: 'token', token } });
    clients.push(client);
    return client;
  };
  return {
    running,
    home: home.path,
    token,
    client: await open(),
    connect: open,
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.close();
      await running.close();
      await Promise.all(clients.map((client) => client.closed));
      await home[Symbol.asyncDispose]();
    },
  };
}

/** A folder for one test. `await using` removes it. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'sextant-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** The settings every service has, for a service of a test. */
export function testConfig(home: string): Config {
  return { host: '127.0.0.1', port: 0, home, hosts: [], origins: [], limits: LIMITS, logLevel: 'error' };
}
