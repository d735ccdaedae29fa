import type { PullProgress } from '@sextant/protocol/container';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type Docker from 'dockerode';
import type { EngineAddress } from './address.ts';
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

/** What the engine says of itself. */
interface SystemInfo {
  Name: string;
  Containers: number;
  ContainersRunning: number;
  Images: number;
}

/** dockerode takes a signal in these too; its types do not say so. */
type Dockerode = Docker & {
  version(options: { abortSignal: AbortSignal }): Promise<Docker.DockerVersion>;
  info(options: { abortSignal: AbortSignal }): Promise<SystemInfo>;
};

/**
 * The Docker engine: the one file that knows dockerode. Nothing is kept between two questions, not even a connection but
 * for what may be asked twice, so an engine that comes back is found by the next one. Each throws a `ProtocolError` in the engine's words, or
 * `dependency_down` if it does not answer.
 */
export class Engine {
  readonly #address: EngineAddress;
  readonly #times: { readonly engineTimeoutMs: number; readonly pullStallMs: number };
  #docker: Promise<Dockerode> | undefined;
  #keeping: Promise<Dockerode> | undefined;

  constructor(address: EngineAddress, times: { engineTimeoutMs: number; pullStallMs: number }) {
    this.#address = address;
    this.#times = times;
  }

  /** Why no container can be made now, if none can. */
  async unready(): Promise<string[]> {
    try {
      await this.#ask((docker, abortSignal) => docker.version({ abortSignal }));
      return [];
    } catch (error) {
      return [Error.isError(error) ? error.message : String(error)];
    }
  }

  info(): Promise<{ info: SystemInfo; version: Docker.DockerVersion }> {
    return this.#ask(async (docker, abortSignal) => {
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
    const made = this.#ask((docker, abortSignal) => docker.createContainer({ ...options, abortSignal }));
    return (await made.catch(taken)).id;
  }

  async start(id: string): Promise<void> {
    await this.#ask((docker, abortSignal) => unchanged(docker.getContainer(id).start({ abortSignal })));
  }

  /** TERM, then KILL after so long: in whole seconds, as the engine counts. */
  async stop(id: string, timeoutMs: number, cancel: AbortSignal): Promise<void> {
    const t = Math.ceil(timeoutMs / 1000);
    const ms = t * 1000 + this.#times.engineTimeoutMs;
    await this.#ask((docker, abortSignal) => unchanged(docker.getContainer(id).stop({ t, abortSignal })), ms, cancel);
  }

  /** Removes a container and the unnamed volumes that came with it. */
  async remove(id: string, force: boolean): Promise<void> {
    await this.#ask((docker, abortSignal) => {
      const options = { force, v: true, abortSignal };
      return docker.getContainer(id).remove(options);
    });
  }

  /** Pulls an image, telling its progress. Ends the pull when `cancel` aborts or nobody takes the progress any more. */
  async *pull(image: string, cancel: AbortSignal): AsyncGenerator<PullProgress> {
    const over = new AbortController();
    try {
      const options = { fromImage: image, abortSignal: over.signal };
      const stream = await this.#ask((docker) => docker.createImage(options), this.#times.pullStallMs, cancel);
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
   * Asks what changes nothing, on a connection that may have been kept; on a new one where that is cut, as when the
   * engine was restarted meanwhile.
   */
  #read<T>(question: (docker: Dockerode, signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#ask(async (docker, signal) => {
      this.#keeping ??= load(this.#address, {});
      const keeping = await this.#keeping;
      return question(keeping, signal).catch((error: unknown) => {
        if (!isCut(error)) throw error;
        return question(docker, signal);
      });
    });
  }

  async #ask<T>(
    question: (docker: Dockerode, signal: AbortSignal) => Promise<T>,
    ms = this.#times.engineTimeoutMs,
    cancel?: AbortSignal,
  ): Promise<T> {
    this.#docker ??= load(this.#address, { Connection: 'close' });
    const docker = await this.#docker;
    try {
      return await within(ms, cancel, (signal) => question(docker, signal));
    } catch (error) {
      throw explain(error, this.#address.url);
    }
  }
}

/** Loaded with the first question: it takes 140 ms, which would delay the start of the service. */
async function load({ options }: EngineAddress, headers: Record<string, string>): Promise<Dockerode> {
  const { default: Docker } = await import('dockerode');
  return new Docker({ ...options, headers });
}

function isCut(error: unknown): boolean {
  return Error.isError(error) && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
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
