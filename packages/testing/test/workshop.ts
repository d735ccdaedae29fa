import { setTimeout as sleep } from 'node:timers/promises';
import { defineService, method } from '@sextant/protocol/method';
import type { App } from '@sextant/service/handler';
import { z } from 'zod';
import { Figures } from './figures.ts';

const nothing = z.strictObject({});

/** Every way in which a handler can go wrong. */
export const FAILURES = ['throws', 'rejects', 'throws-no-error', 'throws-nothing', 'unhandled', 'uncaught'] as const;

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
      params: z.strictObject({ to: z.int(), padding: z.int().max(60_000).default(200) }),
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
    'work.fail': method({
      summary: 'Fails unexpectedly.',
      access: 'work:use',
      params: z.strictObject({ how: z.enum(FAILURES).default('rejects') }),
      result: nothing,
    }),
    'work.tick': method({
      summary: 'Streams a number now and then, until cancelled.',
      access: 'work:use',
      params: z.strictObject({ everyMs: z.int() }),
      item: z.object({ number: z.int() }),
      result: nothing,
    }),
    'work.add': method({
      summary: 'Adds one to a number.',
      access: 'work:use',
      params: z.strictObject({ to: z.string() }),
      result: z.object({ is: z.int() }),
      key: true,
    }),
    'work.figures': method({
      summary: 'Tells what the process holds, and what happened since it was last asked.',
      access: 'work:use',
      params: nothing,
      result: z.object({
        /** Handlers that run now, and the most that did at a time. */
        live: z.int(),
        mostLive: z.int(),
        heapMiB: z.number(),
        /** What keeps the process alive: sockets, timers, ... */
        resources: z.int(),
        /** The longest the event loop stood still. */
        blockedMs: z.number(),
        /** True while nobody has changed what all objects inherit. */
        pristine: z.boolean(),
      }),
    }),
  },
});

/** `counted`: how many numbers were handed over by all `work.count` so far. */
export function createWorkshop(): App<typeof workshop> & { readonly counted: number } {
  let counted = 0;
  const numbers = new Map<string, number>();
  const figures = new Figures();
  return {
    service: workshop,
    get counted() {
      return counted;
    },
    handlers: {
      'work.echo': ({ text }, { body }) => ({ text, bodyBytes: body?.length ?? 0 }),
      'work.wait': async ({ ms, deaf }, { signal }) => {
        using _ = figures.begin();
        await sleep(ms, undefined, deaf ? {} : { signal });
        return { stopped: signal.aborted };
      },
      'work.count': async ({ to, padding }, call) => {
        const filler = 'x'.repeat(padding);
        for (let number = 1; number <= to; number += 1) {
          call.signal.throwIfAborted();
          await call.send({ number, padding: filler });
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
      'work.fail': ({ how }) => fail(how),
      'work.tick': async ({ everyMs }, call) => {
        for (let number = 1; ; number += 1) {
          await call.send({ number });
          await sleep(everyMs, undefined, { signal: call.signal });
        }
      },
      'work.add': ({ to }) => {
        const is = (numbers.get(to) ?? 0) + 1;
        numbers.set(to, is);
        return { is };
      },
      'work.figures': () => figures.read(),
    },
  };
}

function fail(how: (typeof FAILURES)[number]): Promise<Record<string, never>> {
  const secret = new Error('a secret of the implementation');
  if (how === 'throws') throw secret;
  // oxlint-disable-next-line no-throw-literal -- what a library may do
  if (how === 'throws-no-error') throw 'a secret of the implementation';
  // oxlint-disable-next-line no-throw-literal -- what a library may do
  if (how === 'throws-nothing') throw undefined;
  if (how === 'unhandled') void Promise.reject(secret);
  if (how === 'uncaught') {
    setImmediate(() => {
      throw secret;
    });
  }
  return Promise.reject(secret);
}
