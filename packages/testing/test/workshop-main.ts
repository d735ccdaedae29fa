import { run } from '@sextant/service/run/run';
import { createWorkshop, workshop } from './workshop.ts';

await run({ service: workshop, settings: {}, create: async () => createWorkshop() });
