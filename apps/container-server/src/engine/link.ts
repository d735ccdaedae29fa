import type { EngineAddress } from './address.ts';
import { Connections, type Question } from './connections.ts';
import { within } from './deadline.ts';
import { isOverdue, NOTHING, openStream } from './stream.ts';
import { explain } from './reasons.ts';

/** Milliseconds that an engine may be silent, and that a pull may stand still. */
export interface EngineTimes {
  readonly engineTimeoutMs: number;
  readonly pullStallMs: number;
}

/** The way to an engine: each question has its time, and fails with a `ProtocolError` that says what was wrong. */
export class EngineLink {
  readonly #address: EngineAddress;
  readonly #times: EngineTimes;
  /** Opened with the first question: that would delay the start of the service. */
  #connections: Promise<Connections> | undefined;

  constructor(address: EngineAddress, times: EngineTimes) {
    this.#address = address;
    this.#times = times;
  }

  async *inTime(
    stream: NodeJS.ReadableStream,
    cancel: AbortSignal,
    ms = this.#times.pullStallMs,
  ): AsyncGenerator<Buffer> {
    const chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    for (;;) {
      const chunk = await this.ask(() => chunks.next(), ms, cancel);
      if (chunk.done) return;
      yield chunk.value;
    }
  }

  /**
   * What the engine sends, piece by piece: no more is read of it than is taken. Where it may be silent for as long as it
   * likes, it is asked something else now and then.
   */
  async *stream(path: string, query: object, cancel: AbortSignal, mayBeSilent: boolean): AsyncGenerator<Uint8Array> {
    const over = new AbortController();
    try {
      const pieces = this.#pieces(path, query, over.signal);
      const take = (): ReturnType<typeof pieces.next> => {
        const piece = pieces.next();
        // Who leaves does not wait for it any more.
        piece.catch(() => {});
        return piece;
      };
      for (let next = take(); ;) {
        const waiting = next;
        const piece = await this.ask(() => waiting, this.#times.engineTimeoutMs, cancel).catch(
          async (error: unknown) => {
            if (!mayBeSilent || !isOverdue(error)) throw error;
            await this.fresh((docker, abortSignal) => docker.version({ abortSignal }));
            return undefined;
          },
        );
        if (piece?.done) return;
        if (!piece) continue;
        yield piece.value;
        next = take();
      }
    } finally {
      over.abort();
    }
  }

  async *#pieces(path: string, query: object, over: AbortSignal): AsyncGenerator<Uint8Array, undefined> {
    this.#connections ??= Connections.to(this.#address);
    const connections = await this.#connections;
    const stream = await connections.fresh((docker, signal) => openStream(docker, path, query, signal), over);
    yield NOTHING;
    yield* stream;
  }

  read<T>(question: Question<T>): Promise<T> {
    return this.ask((connections, signal) => connections.read(question, signal));
  }

  change<T>(question: Question<T>, ms?: number, cancel?: AbortSignal): Promise<T> {
    return this.ask((connections, signal) => connections.change(question, signal), ms, cancel);
  }

  fresh<T>(question: Question<T>, ms?: number, cancel?: AbortSignal): Promise<T> {
    return this.ask((connections, signal) => connections.fresh(question, signal), ms, cancel);
  }

  async ask<T>(
    act: (connections: Connections, signal: AbortSignal) => Promise<T>,
    ms = this.#times.engineTimeoutMs,
    cancel?: AbortSignal,
  ): Promise<T> {
    this.#connections ??= Connections.to(this.#address);
    const connections = await this.#connections;
    try {
      return await within(ms, cancel, (signal) => act(connections, signal));
    } catch (error) {
      throw explain(error, this.#address.url);
    }
  }
}
