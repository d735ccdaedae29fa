// The limit: the same work by nothing but node:net and node:fs. `node bare.ts FOLDER BUFFER_BYTES [sha256]`.
// A line `get PATH` is answered with the file, `put PATH BYTES` says "go", takes a file and says that it is done, and
// `small PATH` is answered with a small file, all of a chunk together.
import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { createServer, Socket, type AddressInfo, type SocketConstructorOpts } from 'node:net';
import { join } from 'node:path';

const [folder = '.', bufferText = '', mode] = process.argv.slice(2);
const bufferBytes = Number(bufferText);
const PUT_BYTES = 1024 * 1024;
const GO = 'go\n';

/** Reads the next piece while the one before it is written. */
async function get(socket: Socket, path: string): Promise<void> {
  await using file = await open(join(folder, path));
  const hash = hasher();
  const buffers = [Buffer.allocUnsafeSlow(bufferBytes), Buffer.allocUnsafeSlow(bufferBytes)];
  let written: Promise<void> = Promise.resolve();
  for (let turn = 0; ; turn += 1) {
    const buffer = buffers[turn % 2] ?? Buffer.alloc(0);
    const { bytesRead } = await file.read(buffer, 0, bufferBytes, null);
    if (bytesRead === 0) break;
    const piece = buffer.subarray(0, bytesRead);
    hash?.update(piece);
    await written;
    written = new Promise((resolve) => void socket.write(piece, () => resolve()));
  }
  await written;
  if (hash) socket.write(hash.digest('hex'));
}

/** Reads into one of two buffers while the other is written. */
class Put {
  readonly #socket: Socket;
  readonly #hash = hasher();
  readonly #path: string;
  readonly #bytes: number;
  #file: Promise<FileHandle> | undefined;
  #at = 0;
  #writing = 0;

  constructor(socket: Socket, path: string, bytes: number) {
    this.#socket = socket;
    this.#path = path;
    this.#bytes = bytes;
  }

  async take(bytes: Buffer): Promise<void> {
    const at = this.#at;
    this.#at += bytes.length;
    this.#writing += 1;
    if (this.#writing === 2) this.#socket.pause();
    this.#file ??= open(join(folder, this.#path), 'w');
    this.#hash?.update(bytes);
    const file = await this.#file;
    await file.write(bytes, 0, bytes.length, at);
    this.#writing -= 1;
    if (this.#writing === 1) this.#socket.resume();
    if (this.#at < this.#bytes || this.#writing > 0) return;
    await file.close();
    this.#socket.write(`${this.#hash?.digest('hex') ?? 'done'}\n`);
  }
}

function small(path: string): Buffer {
  const file = openSync(join(folder, path), 'r');
  const content = Buffer.allocUnsafe(fstatSync(file).size);
  readSync(file, content);
  closeSync(file);
  return content;
}

function hasher(): Hash | undefined {
  return mode === 'sha256' ? createHash('sha256') : undefined;
}

/** Answers the lines of a chunk. */
function answer(socket: Socket, text: string): Put | undefined {
  const contents: Buffer[] = [];
  for (const line of text.trimEnd().split('\n')) {
    const [verb, path = '', bytes] = line.split(' ');
    if (verb === 'put') {
      socket.write(GO);
      return new Put(socket, path, Number(bytes));
    }
    if (verb === 'get') void get(socket, path);
    else contents.push(small(path));
  }
  if (contents.length > 0) socket.write(Buffer.concat(contents));
  return undefined;
}

// A server's sockets have no `onread`: the handle is taken from the one that was made.
const server = createServer({ noDelay: true, pauseOnConnect: true }, (accepted) => {
  const { _handle: handle } = accepted as unknown as { _handle: object };
  const [one, other] = [Buffer.allocUnsafeSlow(PUT_BYTES), Buffer.allocUnsafeSlow(PUT_BYTES)];
  let turn = false;
  let put: Put | undefined;
  const socket: Socket = new Socket({
    handle,
    onread: {
      buffer: () => {
        turn = !turn;
        return turn ? one : other;
      },
      callback: (length: number, buffer: Buffer) => {
        const bytes = buffer.subarray(0, length);
        if (put) void put.take(bytes);
        else put = answer(socket, bytes.toString());
        return true;
      },
    },
  } as SocketConstructorOpts);
  socket.on('error', () => {}).resume();
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
