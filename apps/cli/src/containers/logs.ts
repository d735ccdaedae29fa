import type { Client } from '@sextant/client/client';
import { delayAfter, firstDelay } from '@sextant/client/back-off';
import { pause } from '@sextant/client/pause';
import type { StreamPart } from '@sextant/client/stream';
import type { containerService } from '@sextant/protocol/container';
import { isErrorType, type ProtocolError } from '@sextant/protocol/errors';
import type { ParamsInput } from '@sextant/protocol/method';

type Containers = Client<typeof containerService>;
type LogsMethod = (typeof containerService.methods)['container.logs'];
type Part = StreamPart<LogsMethod>;

/** How a log is read. */
export interface LogReading {
  /** Takes bytes of a channel; resolves when more may follow. */
  write(channel: string, bytes: Uint8Array): Promise<void>;
  /** Told of the times between which lines are gone: the engine keeps only so many. */
  gap(times: { from: string; to: string }): void;
  /** Told when the connection or the engine was lost. */
  lost(error: unknown): void;
  /** Told with the first that comes after that. */
  back(): void;
  signal: AbortSignal;
}

/** A log, read over as many connections as it takes, and over losses of the engine where it is followed. */
export class Log {
  readonly #reading: LogReading;
  #params: ParamsInput<LogsMethod>;
  /** What came after the last place that was told: after a loss it comes again. */
  #unsure: Part[] = [];
  #backOff = firstDelay();
  #hasBegun = false;

  constructor(params: ParamsInput<LogsMethod>, reading: LogReading) {
    this.#params = params;
    this.#reading = reading;
  }

  /**
   * Reads to the end, from where an earlier connection was lost.
   * @throws ProtocolError what ended it while the connection stands, but for an engine that may come back.
   */
  async readOn(client: Containers): Promise<void> {
    for (;;) {
      try {
        return await this.#readOnce(client);
      } catch (error) {
        if (client.lost || !this.#mayComeBack(error)) throw error;
        this.#reading.lost(error);
        await pause(delayAfter(error, this.#backOff), this.#reading.signal);
        this.#reading.signal.throwIfAborted();
        this.#backOff = this.#backOff.next(undefined);
      }
    }
  }

  async #readOnce(client: Containers): Promise<void> {
    this.#unsure = [];
    const stream = client.open('container.logs', this.#params, { signal: this.#reading.signal });
    try {
      for await (const part of stream) {
        if (part.body) this.#unsure.push(part);
        if (!part.item) continue;
        if ('gap' in part.item) {
          this.#reading.gap(part.item.gap);
          continue;
        }
        this.#hasBegun = true;
        this.#reading.back();
        this.#backOff = firstDelay();
        this.#params = { ...this.#params, since: part.item.since };
        await this.#writeOut();
      }
      await stream.result;
      this.#reading.back();
    } finally {
      stream.cancel();
    }
  }

  async #writeOut(): Promise<void> {
    for (const { channel = '', body } of this.#unsure.splice(0)) if (body) await this.#reading.write(channel, body);
  }

  /** Whoever asks where there was no engine from the beginning is to know at once. */
  #mayComeBack(error: unknown): error is ProtocolError {
    if (this.#params.follow !== true || !isErrorType(error, 'dependency_down')) return false;
    return this.#hasBegun || error.retry === 'unknown';
  }
}
