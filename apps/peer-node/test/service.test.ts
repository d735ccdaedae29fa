import { serviceSuite } from '@sextant/testing/suites/service';
import { testConfig, testLog } from '@sextant/testing/rig';
import { create } from '../src/create.ts';

// Without a registry a peer is a service all the same.
serviceSuite(() => create({ ...testConfig('unused'), registry: '127.0.0.1:1', name: undefined }, testLog));
