// Our own: a service of one method, with all that every service of ours does: envelope, schema, scope, limits, metrics.
import { defineService, method } from '@sextant/protocol/method';
import { run } from '@sextant/service/run/run';
import { z } from 'zod';

const echoService = defineService({
  name: 'echo',
  port: 0,
  anonymous: ['echo:use'],
  methods: {
    'echo.say': method({
      summary: 'Gives back what it is given.',
      access: 'echo:use',
      params: z.strictObject({ text: z.string().max(100) }),
      result: z.object({ text: z.string() }),
    }),
  },
});

await run({
  service: echoService,
  settings: {},
  create: async () => ({ service: echoService, handlers: { 'echo.say': ({ text }) => ({ text }) } }),
});
