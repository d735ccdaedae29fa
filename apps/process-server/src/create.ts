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
  const store = await Store.open(join(dataFolder(config, processService.name), 'runs'), config.keep, log);
  void store.sweep();
  const runs = new Runs(store, { cwd: resolve(config.cwd ?? ''), maxRuns: config.maxRuns });
  return { service: processService, handlers: handlers(runs), close: () => runs.close() };
}
