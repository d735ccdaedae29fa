import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import type Docker from 'dockerode';
import type { EngineAddress } from './address.ts';
import { Denied } from './denied.ts';

/** What the engine says of itself. */
export interface SystemInfo {
  Name: string;
  Containers: number;
  ContainersRunning: number;
  Images: number;
  /** RFC 3339, with fractions of a second. */
  SystemTime: string;
}

/** dockerode takes a signal in these too; its types do not say so. */
type Dockerode = Docker & {
  version(options: { abortSignal: AbortSignal }): Promise<Docker.DockerVersion>;
  info(options: { abortSignal: AbortSignal }): Promise<SystemInfo>;
};

/** Asked on whatever connection that dockerode has. */
export type Question<T> = (docker: Dockerode, signal: AbortSignal) => Promise<T>;

const FORBIDDEN = 403;

/** Milliseconds that an unused connection is kept, as Node does. */
const KEPT_MS = 5000;

/**
 * The connections to an engine. One that was used is kept: a new one costs 0.2 ms. Before the
 * end of that the engine may have been restarted; what may be asked twice is then asked again on a new connection.
 */
export class Connections {
  readonly #keeping: Dockerode;
  readonly #closing: Dockerode;
  readonly #isLocal: boolean;

  private constructor(Dockerode: typeof Docker, { options }: EngineAddress) {
    const module = options['protocol'] === 'https' ? 'node:https' : 'node:http';
    const by = (settings: object): typeof options => ({ ...options, agent: agent(module, settings) });
    this.#keeping = new Dockerode(by({ keepAlive: true, timeout: KEPT_MS }));
    this.#closing = new Dockerode(by({}));
    this.#isLocal = options['socketPath'] !== undefined;
  }

  /** Loads dockerode, which takes 140 ms. */
  static async to(address: EngineAddress): Promise<Connections> {
    const { default: Dockerode } = await import('dockerode');
    return new Connections(Dockerode, address);
  }

  /** Asks on a new connection, which is not kept. */
  fresh<T>(question: Question<T>, signal: AbortSignal): Promise<T> {
    return question(this.#closing, signal);
  }

  /** Asks what changes nothing, and so may be asked twice. */
  read<T>(question: Question<T>, signal: AbortSignal): Promise<T> {
    return this.#ask(question, signal, isCut);
  }

  /**
   * Asks for what must not be done twice. A Unix socket that the engine has closed takes nothing of a write, and dockerode
   * writes a request in one piece or ends it with its body: whoever meets EPIPE knows that the engine has not heard all of it. Over
   * TCP nobody knows, so there each has a new connection.
   */
  change<T>(question: Question<T>, signal: AbortSignal): Promise<T> {
    return this.#isLocal ? this.#ask(question, signal, isUntold) : this.fresh(question, signal);
  }

  async #ask<T>(question: Question<T>, signal: AbortSignal, mayRepeat: (error: unknown) => boolean): Promise<T> {
    try {
      return await question(this.#keeping, signal);
    } catch (error) {
      if (!mayRepeat(error)) throw error;
      return this.fresh(question, signal);
    }
  }
}

/** Without `keepAlive` it makes connections that end with the answer. */
function agent(module: 'node:http' | 'node:https', options: object): Agent {
  // Imported, they would be loaded with the service, and bring Node's own client along: 7 MB.
  const { Agent } = process.getBuiltinModule(module);
  const agent = new Agent(options) as Agent & { addRequest(request: ClientRequest, options: object): void };
  const addRequest = agent.addRequest.bind(agent);
  return Object.assign(agent, {
    addRequest(request: ClientRequest, options: object): void {
      request.once('response', (answer) => heed(request, answer));
      addRequest(request, options);
    },
    // With each question dockerode writes out all there is in an agent, for a log that nobody reads.
    [inspect.custom]: () => 'agent',
  });
}

/** dockerode waits for the end of an answer only: one that is cut would never come, and its error would be nobody's. */
function heed(request: ClientRequest, answer: IncomingMessage): void {
  answer.on('error', (error) => request.emit('error', error));
  if (answer.statusCode !== FORBIDDEN) return;
  answer.resume();
  request.emit('error', new Denied(request.method, request.path));
}

/** The connection broke, whatever the engine has heard. */
function isCut(error: unknown): boolean {
  return isUntold(error) || (Error.isError(error) && 'code' in error && error.code === 'ECONNRESET');
}

/** The other side had closed before all was written. */
function isUntold(error: unknown): boolean {
  return Error.isError(error) && 'code' in error && error.code === 'EPIPE';
}
