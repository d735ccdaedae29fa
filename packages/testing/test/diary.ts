import { defineService, method } from '@sextant/protocol/method';
import type { App } from '@sextant/service/handler';
import { z } from 'zod';

const textParams = z.strictObject({ text: z.string() });
const entriesResult = z.object({ entries: z.int() });
const gapSchema = z.object({ gap: z.object({ from: z.int(), to: z.int() }) });

/** A service whose streams and requests can be gone on with, or not. */
export const diary = defineService({
  name: 'diary',
  port: 0,
  anonymous: ['diary:use'],
  methods: {
    'diary.follow': method({
      summary: 'Streams numbered entries, and stays.',
      access: 'diary:use',
      resumable: true,
      params: z.strictObject({ since: z.int().optional() }),
      item: z.union([z.object({ seq: z.int(), text: z.string() }), gapSchema]),
      result: z.object({ last: z.int() }),
    }),
    'diary.shout': method({
      summary: 'Streams what nobody can ask for again.',
      access: 'diary:use',
      params: z.strictObject({}),
      item: z.object({ text: z.string() }),
      result: z.object({}),
    }),
    'diary.add': method({
      summary: 'Writes something down, once.',
      access: 'diary:use',
      key: true,
      params: textParams,
      result: entriesResult,
    }),
    'diary.read': method({
      summary: 'Counts what has a text in it.',
      access: 'diary:use',
      params: textParams,
      result: entriesResult,
    }),
    'diary.state': method({
      summary: 'Says how many streams are open.',
      access: 'diary:use',
      params: z.strictObject({}),
      result: z.object({ open: z.int() }),
    }),
  },
});

/** A diary of so many entries. */
export function createDiary(entries: number): App<typeof diary> {
  let open = 0;
  let written = entries;
  return {
    service: diary,
    handlers: {
      'diary.follow': async ({ since = 0 }, call) => {
        open += 1;
        try {
          for (let seq = since + 1; seq <= written; seq += 1) {
            call.signal.throwIfAborted();
            await call.send({ seq, text: 'x'.repeat(seq % 100) });
          }
          await aborted(call.signal);
          throw call.signal.reason;
        } finally {
          open -= 1;
        }
      },
      'diary.shout': () => ({}),
      'diary.add': () => {
        written += 1;
        return { entries: written };
      },
      'diary.read': () => ({ entries: written }),
      'diary.state': () => ({ open }),
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
