import { join, resolve } from 'node:path';
import { processService } from '@sextant/protocol/process';
import { dataFolder } from '@sextant/service/run/config';
import type { App } from '@sextant/service/handler';
import type { Log } from '@sextant/service/observe/log';
import type { ProcessConfig } from './config.ts';
import { handlers } from './handlers.ts';
import { Store } from './output/store.ts';
import { Policy } from './policy/policy.ts';
import { readPolicy } from './policy/rules.ts';
import { Runs } from './run/runs.ts';

export async function create(config: ProcessConfig, log: Log): Promise<App<typeof processService>> {
  const policy = new Policy(readPolicy(config.policy));
  const folder = dataFolder(config, processService.name);
  const store = await Store.open(join(folder, 'runs'), config.keep, log);
  const { maxRuns, isolation } = config;
  const journal = join(folder, 'runs.jsonl');
  const runs = await Runs.open(store, { cwd: resolve(config.cwd ?? ''), maxRuns, isolation, policy, journal }, log);
  return {
    service: processService,
    handlers: handlers(runs),
    audit: (record) => runs.trail.leadTo(record),
    close: () => runs.close(),
  };
}
