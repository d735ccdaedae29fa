import { serviceSuite } from '@sextant/testing/suites/service';
import { create } from '../src/create.ts';
import { chatConfig } from './config.ts';

serviceSuite(() => create(chatConfig()));
