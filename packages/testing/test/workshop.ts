import { setTimeout as sleep } from 'node:timers/promises';
import { defineService, method } from '@sextant/protocol/method';
import type { App } from '@sextant/service/handler';
import { z } from 'zod';

const nothing = z.strictObject({});

/** A service that does a little of everything a session must carry. */
export const workshop = defineService({
  name: 'workshop',
  port: 0,
  anonymous: ['work:use'],
  methods: {
    'work.echo': method({
      summary: 'Answers what it is given.',
      access: 'work:use',
      params: z.strictObject({ text: z.string() }),
      result: z.object({ text: z.string(), bodyBytes: z.int() }),
    }),
    'work.wait': method({
      summary: 'Answers after a while, or stops when cancelled.',
      access: 'work:use',
      params: z.strictObject({ ms: z.int(), deaf: z.boolean().default(false) }),
      result: z.object({ stopped: z.boolean() }),
    }),
    'work.count': method({
      summary: 'Streams numbers.',
      access: 'work:use',
      params: z.strictObject({ to: z.int() }),
      item: z.object({ number: z.int(), padding: z.string() }),
      result: z.object({ sent: z.int() }),
    }),
    'work.cat': method({
      summary: 'Streams its input back.',
      access: 'work:use',
      params: nothing,
      channels: { in: ['in'], out: ['out'] },
      result: z.object({ bytes: z.int() }),
    }),
    'work.hold': method({
      summary: 'Takes none of its input.',
      access: 'work:use',
      params: nothing,
      channels: { in: ['in'] },
      result: nothing,
    }),
    'work.fail': method({ summary: 'Fails unexpectedly.', access: 'work:use', params: nothing, result: nothing }),
  },
});

/** `counted`: how many numbers were handed over by all `work.count` so far. */
export function createWorkshop(): App<typeof workshop> & { readonly counted: number } {
  let counted = 0;
  return {
    service: workshop,
    get counted() {
      return counted;
    },
    handlers: {
      'work.echo': ({ text }, { body }) => ({ text, bodyBytes: body?.length ?? 0 }),
      'work.wait': async ({ ms, deaf }, { signal }) => {
        await sleep(ms, undefined, deaf ? {} : { signal });
        return { stopped: signal.aborted };
      },
      'work.count': async ({ to }, call) => {
        for (let number = 1; number <= to; number += 1) {
          call.signal.throwIfAborted();
          await call.send({ number, padding: 'x'.repeat(200) });
          counted += 1;
        }
        return { sent: to };
      },
      'work.cat': async (_params, call) => {
        let bytes = 0;
        for await (const part of call.input) {
          if (part.body) await call.write('out', part.body);
          bytes += part.body?.length ?? 0;
          if (part.end) break;
        }
        call.end('out');
        return { bytes };
      },
      'work.hold': async (_params, { signal }) => {
        await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
        });
        return {};
      },
      'work.fail': async () => {
        throw new Error('a secret of the implementation');
      },
    },
  };
}
