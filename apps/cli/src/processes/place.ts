import { StringDecoder } from 'node:string_decoder';
import type { StreamPart } from '@sextant/client/stream';
import type { Method } from '@sextant/protocol/method';
import type { OutputItem } from '@sextant/protocol/process-schemas';
import { bytes as size, say } from '../output.ts';
import { write } from '../prompt-plain.ts';

/** Takes bytes of a channel, `since` being the place of the byte after them; resolves when more may follow. */
export type Show = (channel: string, bytes: Uint8Array, since: number) => Promise<void>;

/** How far an output has been shown: over a lost connection it goes on from there. */
export class Place {
  readonly #show: Show;
  #since: number | undefined;

  constructor(show: Show, since: number | undefined) {
    this.#show = show;
    this.#since = since;
  }

  /** Of the next byte, once that is known. */
  get since(): number | undefined {
    return this.#since;
  }

  /** An item that says where the output goes on. */
  move(item: OutputItem): void {
    this.#since = 'since' in item ? item.since : item.gap.to + 1;
    if ('gap' in item) tellGap(item.gap);
  }

  async take({ channel = '', body }: Pick<StreamPart<Method>, 'channel' | 'body'>): Promise<void> {
    if (!body) return;
    const since = (this.#since ?? 0) + body.length;
    await this.#show(channel, body, since);
    this.#since = since;
  }
}

export function tellGap({ from, to }: { from: number; to: number }): void {
  say(`${size(to - from + 1)} are gone, bytes ${from} to ${to}: only the last of an output is kept.`);
}

/** As the program printed it, or as JSON lines. */
export function shower(json: boolean): Show {
  if (!json) return (channel, bytes) => write(channel === 'stderr' ? process.stderr : process.stdout, bytes);
  const decoders = new Map<string, StringDecoder>();
  return async (channel, bytes, since) => {
    const decoder = decoders.get(channel) ?? new StringDecoder();
    decoders.set(channel, decoder);
    await write(process.stdout, `${JSON.stringify({ channel, text: decoder.write(Buffer.from(bytes)), since })}\n`);
  };
}
