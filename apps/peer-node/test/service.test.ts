import { afterAll } from '@jest/globals';
import { serviceSuite } from '@sextant/testing/suites/service';
import { temporaryFolder, testConfig, testLog } from '@sextant/testing/rig';
import { create } from '../src/create.ts';

const home = await temporaryFolder();
afterAll(async () => home[Symbol.asyncDispose]());

// Without a registry a peer is a service all the same.
serviceSuite(() =>
  create({ ...testConfig(home.path), registry: '127.0.0.1:1', name: undefined, count: 1 }, testLog, home.path),
);
