import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { serviceSuite } from '@sextant/testing/suites/service';
import { appAt } from './app.ts';

// No engine is there: what holds for any service holds without one.
serviceSuite(() => appAt(`unix://${join(tmpdir(), 'sextant-no-engine.sock')}`));
