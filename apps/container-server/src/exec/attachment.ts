import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TerminalSize } from '@sextant/protocol/values';
import { ProtocolError } from '@sextant/protocol/errors';
import type Docker from 'dockerode';
import type { Engine } from '../engine/engine.ts';
import { upgraded } from '../engine/stream.ts';
import { NO_DETACH_KEYS } from './exec.ts';

const MIN_PAUSE_MS = 10;
const MAX_PAUSE_MS = 1000;

/** A container's own program, as somebody attaches to it. */
export class Attachment {
  readonly #engine: Engine;
  readonly #look: Docker.ContainerInspectInfo;

  private constructor(engine: Engine, look: Docker.ContainerInspectInfo) {
    this.#engine = engine;
    this.#look = look;
  }

  static async find(engine: Engine, id: string): Promise<Attachment> {
    return new Attachment(engine, await inspect(engine, id));
  }

  get id(): string {
    return this.#look.Id;
  }

  get name(): string {
    return this.#look.Name.slice(1);
  }

  get state(): string {
    return this.#look.State.Status;
  }

  get tty(): boolean {
    return this.#look.Config.Tty ?? false;
  }

  /** True if its input was left open when it was made. */
  get stdin(): boolean {
    return this.#look.Config.OpenStdin ?? false;
  }

  /** What it prints from now on, and what is sent to it. */
  async open(): Promise<Duplex> {
    const options = { stream: true, stdin: this.stdin, stdout: true, stderr: true, detachKeys: NO_DETACH_KEYS };
    const stream = await this.#engine.ask(async (docker, abortSignal) => {
      const container = docker.getContainer(this.id);
      return (await container.attach({ ...options, hijack: true, abortSignal })) as Duplex;
    });
    return upgraded(stream);
  }

  /** Gives its terminal another size. Of one that is over or has none, that is of no interest. */
  async resize({ columns, rows }: TerminalSize): Promise<void> {
    if (!this.tty) return;
    await this.#engine
      .ask((docker, abortSignal) => docker.getContainer(this.id).resize({ h: rows, w: columns, abortSignal }))
      .catch(() => {});
  }

  /**
   * Waits for its end. @returns its exit code.
   * @throws ProtocolError `unavailable` if it has been started again already.
   */
  async ended(signal: AbortSignal): Promise<number> {
    for (let pause = MIN_PAUSE_MS; ; pause = Math.min(2 * pause, MAX_PAUSE_MS)) {
      const { State } = await inspect(this.#engine, this.id);
      if (!State.Running || State.Restarting) return State.ExitCode;
      if (State.StartedAt !== this.#look.State.StartedAt)
        throw new ProtocolError('unavailable', `${this.name} was started again; attach to it again.`);
      await sleep(pause, undefined, { signal });
    }
  }
}

function inspect(engine: Engine, id: string): Promise<Docker.ContainerInspectInfo> {
  return engine.ask((docker, abortSignal) => docker.getContainer(id).inspect({ abortSignal }));
}
