import type { PullProgress } from '@sextant/protocol/container';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type Docker from 'dockerode';
import type { EngineAddress } from './address.ts';
import { Connections, type Question, type SystemInfo } from './connections.ts';
import type { Creation } from './creation.ts';
import { Overdue, within } from './deadline.ts';
import { MANAGED } from './labels.ts';
import { readProgress } from './pull.ts';
import { explain } from './reasons.ts';

/** A container as the engine lists it. */
export type Listed = Docker.ContainerInfo;

/** What most methods answer of a container. */
export interface Reference {
  id: string;
  name: string;
  state: string;
}

/**
 * The Docker engine, which is asked by dockerode. Nothing is kept between two questions but connections, for some
 * seconds, so an engine that comes back is found by the next one. Each throws a `ProtocolError` in the engine's words,
 * or `dependency_down` if it does not answer.
 */
export class Engine {
  readonly #address: EngineAddress;
  readonly #times: { readonly engineTimeoutMs: number; readonly pullStallMs: number };
  /** Opened with the first question: that would delay the start of the service. */
  #connections: Promise<Connections> | undefined;

  constructor(address: EngineAddress, times: { engineTimeoutMs: number; pullStallMs: number }) {
    this.#address = address;
    this.#times = times;
  }

  /** Why no container can be made now, if none can. */
  async unready(): Promise<string[]> {
    try {
      await this.#fresh((docker, abortSignal) => docker.version({ abortSignal }));
      return [];
    } catch (error) {
      return [Error.isError(error) ? error.message : String(error)];
    }
  }

  info(): Promise<{ info: SystemInfo; version: Docker.DockerVersion }> {
    return this.#fresh(async (docker, abortSignal) => {
      const [info, version] = await Promise.all([docker.info({ abortSignal }), docker.version({ abortSignal })]);
      return { info, version };
    });
  }

  /** Every container on the engine, others' too. */
  listAll(): Promise<Listed[]> {
    return this.#read((docker, abortSignal) => docker.listContainers({ all: true, abortSignal }));
  }

  /** The containers made here that run; with `all`, the stopped ones too. */
  listOurs(all: boolean): Promise<Listed[]> {
    const filters = { label: [`${MANAGED.name}=${MANAGED.value}`] };
    return this.#read((docker, abortSignal) => docker.listContainers({ all, filters, abortSignal }));
  }

  async inspect(id: string): Promise<Reference> {
    const { Id, Name, State } = await this.#read((docker, abortSignal) =>
      docker.getContainer(id).inspect({ abortSignal }),
    );
    return { id: Id, name: Name.slice(1), state: State.Status };
  }

  /** @returns the id. */
  async create(creation: Creation, name: string | undefined): Promise<string> {
    // Told apart, or dockerode would put the whole of it into the URL, where environments do not fit and are logged.
    const options = { _query: name === undefined ? {} : { name }, _body: creation };
    const made = this.#change((docker, abortSignal) => docker.createContainer({ ...options, abortSignal }));
    return (await made.catch(taken)).id;
  }

  async start(id: string): Promise<void> {
    await this.#change((docker, abortSignal) => unchanged(docker.getContainer(id).start({ abortSignal })));
  }

  /** TERM, then KILL after so long: in whole seconds, as the engine counts. */
  async stop(id: string, timeoutMs: number, cancel: AbortSignal): Promise<void> {
    const t = Math.ceil(timeoutMs / 1000);
    const ms = t * 1000 + this.#times.engineTimeoutMs;
    await this.#change(
      (docker, abortSignal) => unchanged(docker.getContainer(id).stop({ t, abortSignal })),
      ms,
      cancel,
    );
  }

  /** Removes a container and the unnamed volumes that came with it. */
  async remove(id: string, force: boolean): Promise<void> {
    await this.#change((docker, abortSignal) => {
      const options = { force, v: true, abortSignal };
      return docker.getContainer(id).remove(options);
    });
  }

  /** How one ended, where it did, and whether its program has a terminal: all it prints is stdout then. */
  async lookAt(id: string): Promise<{ id: string; hasTerminal: boolean; exitCode: number; oomKilled: boolean }> {
    const { Id, Config, State } = await this.#read((docker, abortSignal) =>
      docker.getContainer(id).inspect({ abortSignal }),
    );
    return { id: Id, hasTerminal: Config.Tty, exitCode: State.ExitCode, oomKilled: State.OOMKilled };
  }

  /** What happens to the containers made here, after an instant in nanoseconds if given; an empty piece says that it begins. */
  async *events(after: bigint | undefined, cancel: AbortSignal): AsyncGenerator<Uint8Array> {
    const filters = JSON.stringify({ type: ['container'], label: [`${MANAGED.name}=${MANAGED.value}`] });
    const since = after === undefined ? undefined : secondsOf(after + 1n);
    yield* this.#stream('/events?', { filters, since }, cancel, true);
  }

  /**
   * A log with timestamps, as the engine sends it. It says nothing before the first line, not even that there is such a
   * log.
   */
  async *logs(id: string, { follow, from, tail }: LogWish, cancel: AbortSignal): AsyncGenerator<Uint8Array> {
    const query = { stdout: true, stderr: true, timestamps: true, follow, since: from && unixTime(from), tail };
    const path = `/containers/${id}/logs?`;
    yield* this.#stream(path, query, cancel, follow);
  }

  /** Pulls an image, telling its progress. Ends the pull when `cancel` aborts or nobody takes the progress any more. */
  async *pull(image: string, cancel: AbortSignal): AsyncGenerator<PullProgress> {
    const over = new AbortController();
    try {
      const options = { fromImage: image, abortSignal: over.signal };
      const stream = await this.#fresh((docker) => docker.createImage(options), this.#times.pullStallMs, cancel);
      yield* readProgress(this.#inTime(stream, cancel));
    } catch (error) {
      throw stalled(error, image);
    } finally {
      over.abort();
    }
  }

  async *#inTime(stream: NodeJS.ReadableStream, cancel: AbortSignal): AsyncGenerator<Buffer> {
    const chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    for (;;) {
      const chunk = await this.#ask(() => chunks.next(), this.#times.pullStallMs, cancel);
      if (chunk.done) return;
      yield chunk.value;
    }
  }

  /**
   * What the engine sends, piece by piece: no more is read of it than is taken. Where it may be silent for as long as it
   * likes, it is asked something else now and then.
   */
  async *#stream(path: string, query: object, cancel: AbortSignal, mayBeSilent: boolean): AsyncGenerator<Uint8Array> {
    const over = new AbortController();
    try {
      const pieces = this.#pieces(path, query, over.signal);
      for (let next = pieces.next(); ;) {
        const waiting = next;
        const piece = await this.#ask(() => waiting, this.#times.engineTimeoutMs, cancel).catch(
          async (error: unknown) => {
            if (!mayBeSilent || !isOverdue(error)) throw error;
            await this.#fresh((docker, abortSignal) => docker.version({ abortSignal }));
            return undefined;
          },
        );
        if (piece?.done) return;
        if (!piece) continue;
        yield piece.value;
        next = pieces.next();
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

  #read<T>(question: Question<T>): Promise<T> {
    return this.#ask((connections, signal) => connections.read(question, signal));
  }

  #change<T>(question: Question<T>, ms?: number, cancel?: AbortSignal): Promise<T> {
    return this.#ask((connections, signal) => connections.change(question, signal), ms, cancel);
  }

  #fresh<T>(question: Question<T>, ms?: number, cancel?: AbortSignal): Promise<T> {
    return this.#ask((connections, signal) => connections.fresh(question, signal), ms, cancel);
  }

  async #ask<T>(
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

/** Which part of a log is wanted. */
export interface LogWish {
  follow: boolean;
  /** A time in nanoseconds. */
  from?: string | undefined;
  /** Entries, counted from the last. */
  tail?: number | undefined;
}

/** What comes once an answer has begun. */
const NOTHING = new Uint8Array();

function isOverdue(error: unknown): boolean {
  return Error.isError(error) && error.cause instanceof Overdue;
}

/** Asked directly: dockerode would read all of some answers before it gives them. */
function openStream(
  { modem }: Docker,
  path: string,
  query: object,
  abortSignal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const options = { path, method: 'GET', abortSignal, isStream: true, statusCodes: { 200: true }, options: query };
  return new Promise((resolve, reject) => {
    modem.dial(options, (error: Error | null, stream: unknown) => {
      if (error) reject(error);
      else resolve(stream as AsyncIterable<Uint8Array>);
    });
  });
}

/** The same for an instant in nanoseconds. */
function secondsOf(nanoseconds: bigint): string {
  return `${nanoseconds / 1_000_000_000n}.${String(nanoseconds % 1_000_000_000n).padStart(9, '0')}`;
}

/** Seconds with nine digits after the point, as the engine takes them. */
function unixTime(time: string): string {
  return `${Math.floor(Date.parse(time) / 1000)}.${time.slice(-10, -1)}`;
}

/** What is started or stopped already is answered with 304: no failure for us. */
async function unchanged(done: Promise<unknown>): Promise<void> {
  await done.catch((error: unknown) => {
    if (!(Error.isError(error) && 'statusCode' in error && error.statusCode === 304)) throw error;
  });
}

/** A pull that stalls is more often its registry's fault than the engine's. */
function stalled(error: unknown, image: string): unknown {
  if (!Error.isError(error) || !(error.cause instanceof Overdue)) return error;
  return new ProtocolError(
    'dependency_down',
    `Nothing came of ${JSON.stringify(image)} for ${error.cause.ms} ms, so its pull was given up. Look whether its registry answers.`,
    { dependency: 'docker' },
    { cause: error.cause },
  );
}

function taken(error: unknown): never {
  if (!isErrorType(error, 'conflict')) throw error;
  throw new ProtocolError(
    'exists',
    'The name is taken by another container; choose another name, or remove that one.',
    {},
    { cause: error },
  );
}
