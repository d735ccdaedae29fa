import { serviceSuite } from '@sextant/testing/suites/service';
import { create } from '../src/create.ts';

serviceSuite(create);
