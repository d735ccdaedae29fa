import { afterAll } from '@jest/globals';
import { temporaryFolder, testConfig, testLog } from '@sextant/testing/rig';
import { serviceSuite } from '@sextant/testing/suites/service';
import { create } from '../src/create.ts';

const home = await temporaryFolder();
afterAll(async () => {
  await home[Symbol.asyncDispose]();
});

serviceSuite(() => create({ ...testConfig(home.path), maxRuns: 256, keep: 2 ** 31 }, testLog));
