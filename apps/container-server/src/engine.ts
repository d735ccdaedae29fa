import { setTimeout } from 'node:timers/promises';
import type { PullProgress } from '@sextant/protocol/container';
import type Docker from 'dockerode';
import type { EngineAddress } from './address.ts';
import { Connections, type Question, type SystemInfo } from './connections.ts';
import type { Creation } from './creation.ts';
import { within } from './deadline.ts';
import { MANAGED } from './labels.ts';
import { readLines, readProgress } from './pull.ts';
import { explain } from './reasons.ts';
import { stalled, taken, unchanged } from './refusals.ts';
import { isAlive } from './state.ts';
import { isMeasured, type Sample } from './stats.ts';

/** Milliseconds that a timer can take. */
const LONGEST_MS = 2_147_483_647;

/** A container as the engine lists it. */
export type Listed = Docker.ContainerInfo;

/** Milliseconds in which an image, however large, is removed. */
const REMOVAL_MS = 100_000;

/** What became of a removed image, part by part. */
export interface RemovedPart {
  Untagged?: string;
  Deleted?: string;
}

/** All that the engine tells of one. */
export type Inspected = Docker.ContainerInspectInfo;

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

  /** One container as the engine lists it; undefined if it is gone. */
  async listOne(id: string): Promise<Listed | undefined> {
    const filters = { id: [id] };
    const found = await this.#read((docker, abortSignal) => docker.listContainers({ all: true, filters, abortSignal }));
    return found[0];
  }

  async inspect(id: string): Promise<Reference> {
    const { Id, Name, State } = await this.inspectAll(id);
    return { id: Id, name: Name.slice(1), state: State.Status };
  }

  inspectAll(id: string): Promise<Inspected> {
    return this.#read((docker, abortSignal) => docker.getContainer(id).inspect({ abortSignal }));
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

  async restart(id: string, timeoutMs: number, cancel: AbortSignal): Promise<void> {
    const t = Math.ceil(timeoutMs / 1000);
    const ms = t * 1000 + this.#times.engineTimeoutMs;
    await this.#change((docker, abortSignal) => docker.getContainer(id).restart({ t, abortSignal }), ms, cancel);
  }

  async pause(id: string): Promise<void> {
    await this.#change((docker, abortSignal) => docker.getContainer(id).pause({ abortSignal }));
  }

  async unpause(id: string): Promise<void> {
    await this.#change((docker, abortSignal) => docker.getContainer(id).unpause({ abortSignal }));
  }

  async rename(id: string, name: string): Promise<void> {
    const renamed = this.#change((docker, abortSignal) => docker.getContainer(id).rename({ name, abortSignal }));
    await renamed.catch(taken);
  }

  /**
   * Resolves to the exit code when a container has stopped. Meanwhile it is looked at now and then: an engine that is gone or
   * hangs says nothing, and one that has come back knows nothing of who waited.
   */
  async wait(id: string, cancel: AbortSignal): Promise<number> {
    const over = new AbortController();
    const signal = AbortSignal.any([cancel, over.signal]);
    try {
      const stopped = this.#fresh(
        (docker, abortSignal) => docker.getContainer(id).wait({ abortSignal }) as Promise<{ StatusCode: number }>,
        LONGEST_MS,
        signal,
      );
      return await Promise.race([stopped.then(({ StatusCode }) => StatusCode), this.#watch(id, signal)]);
    } finally {
      over.abort();
    }
  }

  /** Looks at a container until it has stopped. */
  async #watch(id: string, signal: AbortSignal): Promise<number> {
    for (;;) {
      await setTimeout(this.#times.engineTimeoutMs, undefined, { signal });
      const { State } = await this.inspectAll(id);
      if (!isAlive(State.Status)) return State.ExitCode;
    }
  }

  /** What a container uses, about every second; with `once`, one time. Ends when nobody takes it any more. */
  async *stats(id: string, once: boolean, cancel: AbortSignal): AsyncGenerator<Sample> {
    const over = new AbortController();
    try {
      const options = { stream: true as const, abortSignal: over.signal };
      const ms = this.#times.engineTimeoutMs;
      const stream = await this.#fresh((docker) => docker.getContainer(id).stats(options), ms, cancel);
      for await (const line of readLines(this.#inTime(stream, cancel, ms))) {
        const sample = JSON.parse(line) as Sample;
        yield sample;
        if (once && isMeasured(sample)) return;
      }
    } finally {
      over.abort();
    }
  }

  /** Removes a container and the unnamed volumes that came with it. */
  async remove(id: string, force: boolean): Promise<void> {
    await this.#change((docker, abortSignal) => {
      const options = { force, v: true, abortSignal };
      return docker.getContainer(id).remove(options);
    });
  }

  /** Asks what has no method here, on a connection of its own. */
  ask<T>(question: Question<T>): Promise<T> {
    return this.#fresh(question);
  }

  /** Uses a stream of it for as long as that takes. */
  async use<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw explain(error, this.#address.url);
    }
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

  listImages(): Promise<Docker.ImageInfo[]> {
    return this.#read((docker, abortSignal) => {
      const options = { abortSignal };
      return docker.listImages(options);
    });
  }

  /** @returns the id of an image that has this full name. */
  async imageId(name: string): Promise<string> {
    const options = { path: `/images/${name}/json`, method: 'GET', statusCodes: { 200: true } };
    // dockerode's own look at an image takes no signal.
    const { Id } = await this.#read(
      (docker, abortSignal) =>
        new Promise<{ Id: string }>((resolve, reject) => {
          docker.modem.dial({ ...options, abortSignal }, (error: unknown, image: unknown) =>
            error ? reject(error) : resolve(image as { Id: string }),
          );
        }),
    );
    return Id;
  }

  /** Removes a name of an image, the image with its last one; by its id, all of it. Only what the engine has listed: the name becomes a path. */
  removeImage(name: string, force: boolean): Promise<RemovedPart[]> {
    return this.#change((docker, abortSignal) => {
      const options = { force, abortSignal };
      return docker.getImage(name).remove(options) as Promise<RemovedPart[]>;
    }, REMOVAL_MS);
  }

  async *#inTime(
    stream: NodeJS.ReadableStream,
    cancel: AbortSignal,
    ms = this.#times.pullStallMs,
  ): AsyncGenerator<Buffer> {
    const chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    for (;;) {
      const chunk = await this.#ask(() => chunks.next(), ms, cancel);
      if (chunk.done) return;
      yield chunk.value;
    }
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
