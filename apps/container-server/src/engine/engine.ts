import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { EngineAddress } from './address.ts';
import type { Question, SystemInfo } from './connections.ts';
import type { Creation } from '../container/creation.ts';
import { EngineImages } from './images.ts';
import { lookOf, type Inspected, type Look } from './look.ts';
import { EngineLink, type EngineTimes } from './link.ts';
import { secondsOf, unixTime, type LogWish } from './stream.ts';
import { KEY, MANAGED, OWNER } from '../container/labels.ts';
import { readLines } from './pull.ts';
import { explain } from './reasons.ts';
import { mustBeNew, taken, unchanged } from './refusals.ts';
import { isAlive } from '../container/state.ts';
import { isMeasured, type Sample } from '../container/stats.ts';

/** Milliseconds that a timer can take. */
const LONGEST_MS = 2_147_483_647;

/** What the engine is to look for where those made here are meant. */
const OURS = `${MANAGED.name}=${MANAGED.value}`;

/** A container as the engine lists it. */
export type Listed = Docker.ContainerInfo;

/** A time from and to an instant, in nanoseconds. */
export interface Span {
  after?: bigint;
  until?: bigint;
}

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
  readonly #times: EngineTimes;
  readonly #link: EngineLink;
  readonly images: EngineImages;

  constructor(address: EngineAddress, times: EngineTimes) {
    this.#address = address;
    this.#times = times;
    this.#link = new EngineLink(address, times);
    this.images = new EngineImages(this.#link, times.pullStallMs);
  }

  /** Why no container can be made now, if none can. */
  async unready(): Promise<string[]> {
    try {
      const { ApiVersion } = await this.#link.fresh((docker, abortSignal) => docker.version({ abortSignal }));
      mustBeNew(ApiVersion);
      return [];
    } catch (error) {
      return [Error.isError(error) ? error.message : String(error)];
    }
  }

  info(): Promise<{ info: SystemInfo; version: Docker.DockerVersion }> {
    return this.#link.fresh(async (docker, abortSignal) => {
      const [info, version] = await Promise.all([docker.info({ abortSignal }), docker.version({ abortSignal })]);
      mustBeNew(version.ApiVersion);
      return { info, version };
    });
  }

  /** Every container on the engine, whoever made it; without `all`, those that run. */
  listAll(all = true): Promise<Listed[]> {
    return this.#list(all, {});
  }

  /** The containers made here that run; with `all`, the stopped ones too. */
  listOurs(all: boolean): Promise<Listed[]> {
    return this.#list(all, { label: [OURS] });
  }

  /** How many containers made here an owner has, the stopped ones too. */
  async countOf(owner: string): Promise<number> {
    return (await this.#list(true, { label: [OURS, `${OWNER}=${owner}`] })).length;
  }

  /**
   * The container that was made for a request, by its key; undefined if there is none. The first of several: others are
   * about to take its place, or were made elsewhere from an image of it.
   */
  async listMade(key: string): Promise<Listed | undefined> {
    const found = await this.#list(true, { label: [OURS, `${KEY}=${key}`] });
    return found.sort((a, b) => a.Created - b.Created)[0];
  }

  /** One container as the engine lists it; undefined if it is gone. */
  async listOne(id: string): Promise<Listed | undefined> {
    return (await this.#list(true, { id: [id] }))[0];
  }

  #list(all: boolean, filters: Record<string, string[]>): Promise<Listed[]> {
    return this.#link.read((docker, abortSignal) => docker.listContainers({ all, filters, abortSignal }));
  }

  async inspect(id: string): Promise<Reference> {
    const { Id, Name, State } = await this.inspectAll(id);
    return { id: Id, name: Name.slice(1), state: State.Status };
  }

  inspectAll(id: string): Promise<Inspected> {
    return this.#link.read((docker, abortSignal) => docker.getContainer(id).inspect({ abortSignal }));
  }

  /** @returns the id. */
  async create(creation: Creation, name: string, ms = this.#times.engineTimeoutMs): Promise<string> {
    // Told apart, or dockerode would put the whole of it into the URL, where environments do not fit and are logged.
    const options = { _query: { name }, _body: creation };
    const made = this.#link.change((docker, abortSignal) => docker.createContainer({ ...options, abortSignal }), ms);
    return (await made.catch((error: unknown) => taken(error, name ?? ''))).id;
  }

  async start(id: string): Promise<void> {
    await this.#link.change((docker, abortSignal) => unchanged(docker.getContainer(id).start({ abortSignal })));
  }

  /** TERM, then KILL after so long: in whole seconds, as the engine counts. */
  async stop(id: string, timeoutMs: number, cancel: AbortSignal): Promise<void> {
    const t = Math.ceil(timeoutMs / 1000);
    const ms = t * 1000 + this.#times.engineTimeoutMs;
    await this.#link.change(
      (docker, abortSignal) => unchanged(docker.getContainer(id).stop({ t, abortSignal })),
      ms,
      cancel,
    );
  }

  async restart(id: string, timeoutMs: number, cancel: AbortSignal): Promise<void> {
    const t = Math.ceil(timeoutMs / 1000);
    const ms = t * 1000 + this.#times.engineTimeoutMs;
    await this.#link.change((docker, abortSignal) => docker.getContainer(id).restart({ t, abortSignal }), ms, cancel);
  }

  async pause(id: string): Promise<void> {
    await this.#link.change((docker, abortSignal) => docker.getContainer(id).pause({ abortSignal }));
  }

  async unpause(id: string): Promise<void> {
    await this.#link.change((docker, abortSignal) => docker.getContainer(id).unpause({ abortSignal }));
  }

  async rename(id: string, name: string): Promise<void> {
    const renamed = this.#link.change((docker, abortSignal) => docker.getContainer(id).rename({ name, abortSignal }));
    await renamed.catch((error: unknown) => taken(error, name));
  }

  /**
   * Resolves to the exit code when a container has stopped. Meanwhile it is looked at now and then: an engine that is gone or
   * hangs says nothing, and one that has come back knows nothing of who waited.
   */
  async wait(id: string, cancel: AbortSignal): Promise<number> {
    const over = new AbortController();
    const signal = AbortSignal.any([cancel, over.signal]);
    try {
      const stopped = this.#link.fresh(
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
      const stream = await this.#link.fresh((docker) => docker.getContainer(id).stats(options), ms, cancel);
      for await (const line of readLines(this.#link.inTime(stream, cancel, ms))) {
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
    await this.#link.change((docker, abortSignal) => {
      const options = { force, v: true, abortSignal };
      return docker.getContainer(id).remove(options);
    });
  }

  /** Asks what has no method here, on a connection of its own. */
  ask<T>(question: Question<T>): Promise<T> {
    return this.#link.fresh(question);
  }

  /**
   * Uses a stream of a container for as long as that takes, then lets go of it. An engine that ends looks like a program that ends
   * its output, and one that hangs like one that prints nothing: a wait beside the stream tells them apart.
   */
  async use<T>(id: string, stream: Duplex, act: () => Promise<T>): Promise<T> {
    const over = new AbortController();
    try {
      const lost = this.wait(id, over.signal).then(() => new Promise<never>(() => {}));
      return await Promise.race([act(), lost]);
    } catch (error) {
      throw explain(error, this.#address.url);
    } finally {
      over.abort();
      stream.destroy();
    }
  }

  async lookAt(id: string): Promise<Look> {
    return lookOf(await this.inspectAll(id));
  }

  /** Its own time, in nanoseconds. */
  async now(): Promise<bigint> {
    const { info } = await this.info();
    return BigInt(Date.parse(info.SystemTime)) * 1_000_000n;
  }

  /**
   * What happens to the containers made here, after and until an instant in nanoseconds if given; an empty piece says that
   * it begins.
   */
  async *events({ after, until }: Span, cancel: AbortSignal): AsyncGenerator<Uint8Array> {
    const filters = JSON.stringify({ type: ['container'], label: [OURS] });
    const since = after === undefined ? undefined : secondsOf(after + 1n);
    const query = { filters, since, until: until === undefined ? undefined : secondsOf(until) };
    yield* this.#link.stream('/events?', query, cancel, true);
  }

  /**
   * A log with timestamps, as the engine sends it. It says nothing before the first line, not even that there is such a
   * log.
   */
  async *logs(id: string, { follow, from, tail }: LogWish, cancel: AbortSignal): AsyncGenerator<Uint8Array> {
    const query = { stdout: true, stderr: true, timestamps: true, follow, since: from && unixTime(from), tail };
    const path = `/containers/${id}/logs?`;
    yield* this.#link.stream(path, query, cancel, follow);
  }
}
