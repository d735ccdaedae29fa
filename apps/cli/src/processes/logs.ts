import type { Client } from '@sextant/client/client';
import type { ParamsInput } from '@sextant/protocol/method';
import type { processService } from '@sextant/protocol/process';
import type { OutputItem } from '@sextant/protocol/process-schemas';
import { errorText, say } from '../output.ts';
import { Place, tellGap, type Show } from './place.ts';

type LogsMethod = (typeof processService.methods)['process.logs'];

/** What a program has printed, read over as many connections as it takes. */
export class Logs {
  readonly #params: ParamsInput<LogsMethod>;
  readonly #place: Place;
  readonly #signal: AbortSignal;
  #isLost = false;

  constructor(params: ParamsInput<LogsMethod>, show: Show, signal: AbortSignal) {
    this.#params = params;
    this.#place = new Place(show, params.since);
    this.#signal = signal;
  }

  /** Reads to the end, from where an earlier connection was lost. */
  async readOn(client: Client<typeof processService>): Promise<void> {
    const params = { ...this.#params, since: this.#place.since };
    const stream = client.open('process.logs', params, { signal: this.#signal });
    for await (const part of stream) {
      if (part.item) this.#move(part.item);
      else await this.#place.take(part);
      if (this.#isLost) say('Going on where it was lost.');
      this.#isLost = false;
    }
    await stream.result;
  }

  /** All of it is wanted unless somebody says from where on. */
  #move(item: OutputItem): void {
    const isWhole = this.#params.since === undefined && this.#params.tail === undefined;
    if (isWhole && this.#place.since === undefined && 'since' in item && item.since > 0)
      tellGap({ from: 0, to: item.since - 1 });
    this.#place.move(item);
  }

  lost(error: unknown): void {
    if (!this.#isLost) say(`${errorText(error)} Trying again.`);
    this.#isLost = true;
  }
}
