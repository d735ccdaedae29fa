import { resolve } from 'node:path';
import { containerService } from '@sextant/protocol/container';
import type { App } from '@sextant/service/handler';
import type { Log } from '@sextant/service/observe/log';
import { engineAddress, type EngineAddress } from './engine/address.ts';
import type { ContainerConfig } from './config.ts';
import { Containers } from './container/containers.ts';
import { Endings } from './container/endings.ts';
import { Quota } from './container/quota.ts';
import { Engine } from './engine/engine.ts';
import { handlers } from './handlers.ts';
import { HostFolders, type EngineHost } from './policy/host-folders.ts';
import { Policy } from './policy/policy.ts';
import { readRules } from './policy/rules.ts';
import { Lifetimes } from './life/lifetimes.ts';
import { ServerId } from './life/server-id.ts';
import { Updates } from './update/updates.ts';
import { Watch } from './watch/watch.ts';

export async function create(config: ContainerConfig, log: Log, folder: string): Promise<App<typeof containerService>> {
  const address = engineAddress(config.engine, process.env);
  const engine = new Engine(address, config);
  const endings = new Endings();
  const rules = readRules(config.policy);
  const folders = new HostFolders(rules.mounts, engineHostOf(address, config.home));
  const policy = new Policy(rules, folders);
  const quota = new Quota(engine, rules.containersPerOwner);
  const watch = new Watch(engine, endings, config.listEveryMs);
  const server = new ServerId(folder);
  const containers = new Containers(engine);
  const lifetimes = new Lifetimes(engine, endings, server, log);
  const updates = new Updates({ server, engine, containers, endings, lifetimes, log });
  log.info({ engine: address.url, policy: config.policy }, 'drives this engine');
  return {
    service: containerService,
    handlers: handlers({ config, containers, endings, engine, lifetimes, log, policy, quota, updates, watch }),
    unready: () => engine.unready(),
    listening() {
      lifetimes.begin();
      updates.begin();
    },
    async close() {
      await Promise.all([updates.close(), lifetimes.close()]);
    },
  };
}

/** An engine behind a socket is on this machine; that socket, and what opens this service, are nothing for containers. */
function engineHostOf({ options }: EngineAddress, home: string): EngineHost {
  const { socketPath } = options;
  const isHere = typeof socketPath === 'string';
  return { isHere, guarded: [resolve(home), ...(isHere ? [socketPath] : [])] };
}
