import { rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { LABEL_LENGTH } from './ends.ts';
import { makeFolder, SOCKET, sweepFolders } from './folders.ts';

/** Milliseconds that streams may take to be connected. */
const WAIT_MS = 5000;

/** Bytes read of a program's output while its client is behind, so that it prints on meanwhile. */
const READ_AHEAD = 256 * 1024;

/** The streams of a program to come, connected to the launcher already, which knows them by their number. */
export interface Triple {
  readonly number: number;
  readonly stdin: Socket;
  readonly stdout: Socket;
  readonly stderr: Socket;
}

/** Our ends of the streams of programs: a Unix socket that only this user can reach, and what came by it. */
export class Streams {
  readonly path: string;
  readonly #server: Server;
  readonly #parts = new Map<number, Map<number, Socket>>();
  readonly #ready: Triple[] = [];
  readonly #waiting = new Set<(triple: Triple | undefined) => void>();

  private constructor(path: string) {
    this.path = path;
    this.#server = createServer({ highWaterMark: READ_AHEAD }, (socket) => this.#greet(socket));
    // One that could not be taken, for want of a descriptor, is connected anew by the other side.
    this.#server.on('error', () => {});
  }

  static async open(): Promise<Streams> {
    const streams = new Streams(join(await makeFolder(), SOCKET));
    try {
      streams.#server.listen(streams.path);
      await once(streams.#server, 'listening');
    } catch (error) {
      await streams.close();
      throw error;
    }
    void sweepFolders();
    return streams;
  }

  /** Those that are connected already, if any are. */
  take(): Triple | undefined {
    return this.#ready.shift();
  }

  /** The next ones; undefined if none are connected in time, as where a descriptor is wanting. */
  next(): Promise<Triple | undefined> {
    const { promise, resolve } = Promise.withResolvers<Triple | undefined>();
    this.#waiting.add(resolve);
    const timer = setTimeout(() => resolve(undefined), WAIT_MS);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(resolve);
    });
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const { stdin, stdout, stderr } of this.#ready) for (const socket of [stdin, stdout, stderr]) socket.destroy();
    for (const parts of this.#parts.values()) for (const socket of parts.values()) socket.destroy();
    for (const give of this.#waiting) give(undefined);
    await rm(dirname(this.path), { recursive: true, force: true });
  }

  /** Reads the label it begins with; what follows is the program's. */
  #greet(socket: Socket): void {
    socket.on('error', () => {});
    const read = (): void => {
      const label = socket.read(LABEL_LENGTH) as Buffer | null;
      if (!label) return;
      socket.off('readable', read);
      const text = label.toString('latin1');
      this.#sort(socket, Number(text.slice(0, -1)), Number(text.slice(-1)));
    };
    socket.on('readable', read);
  }

  #sort(socket: Socket, number: number, descriptor: number): void {
    const parts = this.#parts.get(number) ?? new Map<number, Socket>();
    this.#parts.set(number, parts.set(descriptor, socket));
    const [stdin, stdout, stderr] = [0, 1, 2].map((at) => parts.get(at));
    socket.once('close', () => this.#parts.delete(number));
    if (!stdin || !stdout || !stderr) return;
    this.#parts.delete(number);
    this.#offer({ number, stdin, stdout, stderr });
  }

  #offer(triple: Triple): void {
    const [give] = this.#waiting;
    if (!give) {
      this.#ready.push(triple);
      return;
    }
    this.#waiting.delete(give);
    give(triple);
  }
}
