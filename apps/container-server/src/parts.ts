import type { Log } from '@sextant/service/observe/log';
import type { ContainerConfig } from './config.ts';
import type { Containers } from './container/containers.ts';
import type { Endings } from './container/endings.ts';
import type { Quota } from './container/quota.ts';
import type { Engine } from './engine/engine.ts';
import type { Lifetimes } from './life/lifetimes.ts';
import type { Policy } from './policy/policy.ts';
import type { Updates } from './update/updates.ts';
import type { Watch } from './watch/watch.ts';

/** What the methods of one service share. */
export interface Parts {
  readonly config: ContainerConfig;
  readonly containers: Containers;
  readonly endings: Endings;
  readonly engine: Engine;
  readonly lifetimes: Lifetimes;
  readonly log: Log;
  readonly policy: Policy;
  readonly quota: Quota;
  readonly updates: Updates;
  readonly watch: Watch;
}
