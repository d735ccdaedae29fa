import type { Client } from '@sextant/client/client';
import type { CallOptions } from '@sextant/client/pending';
import type { Stream } from '@sextant/client/stream';
import type { Method, Service } from '@sextant/protocol/method';
import { printJson, say } from '../output.ts';
import { write } from '../prompt-plain.ts';

/** Asks one method whatever it is: prints its items, passes on its bytes and ours, and prints its answer. */
export async function callMethod(
  client: Client<Service>,
  name: string,
  { channels }: Method,
  params: object,
  options: CallOptions,
): Promise<void> {
  const stream = client.open(name, params, options);
  const [input] = channels?.in ?? [];
  if (input !== undefined) void feed(stream, input);
  for await (const { item, channel, body } of stream) {
    if (item !== undefined) printJson(item);
    if (body) await write(channel === 'stderr' ? process.stderr : process.stdout, body);
  }
  if (input !== undefined) process.stdin.destroy();
  const result = await stream.result;
  // What goes to stdout as bytes must not be followed by what is none of them.
  if (channels?.out) say(JSON.stringify(result));
  else printJson(result);
}

async function feed(stream: Stream<Method>, channel: string): Promise<void> {
  if (!process.stdin.isTTY) {
    for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
      if (!(await stream.write(channel, chunk))) return;
    }
  }
  stream.end(channel);
}
