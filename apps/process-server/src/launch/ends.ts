import { connect, type Socket } from 'node:net';

/** Programs whose streams are connected ahead: as many as may be started in one breath without waiting. */
const AHEAD = 16;

/** Milliseconds before what could not be connected is tried again. */
const AGAIN_MS = 100;

/** Characters that say which stream of which program a connection is. */
export const LABEL_LENGTH = 16;

/** Input, output and error output of a program. */
export type Sockets = readonly [Socket, Socket, Socket];

/** Of the launcher: its ends of the streams of programs to come, connected to the service before they are needed. */
export class Ends {
  readonly #path: string;
  readonly #ready = new Map<number, Sockets>();
  #count = 0;

  constructor(path: string) {
    this.#path = path;
    for (let made = 0; made < AHEAD; made += 1) this.#make();
  }

  /** The three streams with this number, for a program, and later to be destroyed here. */
  take(number: number): Sockets {
    const sockets = this.#ready.get(number);
    if (!sockets) throw new Error('streams that are gone');
    this.#ready.delete(number);
    // Once this program is started: it is what somebody waits for.
    setImmediate(() => this.#make());
    return sockets;
  }

  #make(): void {
    this.#count += 1;
    const number = this.#count;
    const make = (descriptor: number): Socket => {
      const socket = connect({ path: this.#path, allowHalfOpen: true });
      // What comes is for the program.
      socket.pause();
      socket.on('error', () => {}).once('close', () => this.#lost(number));
      socket.write(`${number}`.padStart(LABEL_LENGTH - 1) + descriptor);
      return socket;
    };
    this.#ready.set(number, [make(0), make(1), make(2)]);
  }

  /** The service had no descriptor left for one of them. */
  #lost(number: number): void {
    const sockets = this.#ready.get(number);
    if (!sockets) return;
    this.#ready.delete(number);
    for (const socket of sockets) socket.destroy();
    setTimeout(() => this.#make(), AGAIN_MS);
  }
}
