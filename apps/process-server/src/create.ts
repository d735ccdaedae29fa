import { join, resolve } from 'node:path';
import { processService } from '@sextant/protocol/process';
import { dataFolder } from '@sextant/service/run/config';
import type { App } from '@sextant/service/handler';
import type { Log } from '@sextant/service/observe/log';
import type { ProcessConfig } from './config.ts';
import { handlers } from './handlers.ts';
import { Store } from './output/store.ts';
import { Runs } from './run/runs.ts';

export async function create(config: ProcessConfig, log: Log): Promise<App<typeof processService>> {
  const folder = dataFolder(config, processService.name);
  const store = await Store.open(join(folder, 'runs'), config.keep, log);
  const { maxRuns, isolation } = config;
  const journal = join(folder, 'runs.jsonl');
  const runs = await Runs.open(store, { cwd: resolve(config.cwd ?? ''), maxRuns, isolation, journal }, log);
  return { service: processService, handlers: handlers(runs), close: () => runs.close() };
}
