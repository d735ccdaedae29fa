import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceSuite } from '@sextant/testing/suites/service';
import { testConfig } from '@sextant/testing/rig';
import { create } from '../src/create.ts';

serviceSuite(() => create(testConfig(mkdtempSync(join(tmpdir(), 'sextant-test-')))));
