import type { Duplex } from 'node:stream';
import type { TerminalSize } from '@sextant/protocol/values';
import type { Call } from '@sextant/service/session/call';
import type { InputPart } from '@sextant/service/session/input';
import { demultiplex, undivided } from './demultiplex.ts';

/** A program in a container, as the engine's stream reaches it. */
export interface Program {
  readonly stream: Duplex;
  readonly tty: boolean;
  /** Takes what is sent to it; what nobody takes is dropped. */
  readonly input?: {
    /** `inLine`: the last line of it has no end. */
    end(inLine: boolean): void;
  };
  readonly resize: (size: TerminalSize) => Promise<void>;
}

/**
 * Passes on a caller's input and a program's output, each no faster than the other side takes it, until the output ends.
 * @throws the reason, if the call is cancelled; then the stream is let go of.
 */
export async function converse(
  program: Program,
  call: Pick<Call, 'input' | 'signal' | 'end'>,
  output: Pick<Call, 'write'>,
): Promise<void> {
  const { stream, tty } = program;
  const { signal } = call;
  const leave = (): void => void stream.destroy();
  // A stream that breaks shows where it is read.
  stream.on('error', () => {});
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  try {
    void feed(program, call.input);
    for await (const [channel, bytes] of (tty ? undivided : demultiplex)(stream)) await output.write(channel, bytes);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', leave);
    stream.destroy();
  }
  signal.throwIfAborted();
  call.end('stdout');
  call.end('stderr');
}

/** What ends a line, as it is typed: LF, CR, and the end of input itself. */
const ENDS = new Set<number | undefined>([0x0a, 0x0d, 0x04]);

async function feed({ stream, input, resize }: Program, parts: AsyncIterable<InputPart>): Promise<void> {
  let inLine = false;
  for await (const { item, body, end } of parts) {
    if (item !== undefined) await resize(item as TerminalSize);
    if (body && input) await write(stream, body);
    if (body?.length) inLine = !ENDS.has(body.at(-1));
    if (end) input?.end(inLine);
  }
  input?.end(inLine);
}

/** Resolves when the engine has taken it, or never will. */
function write(stream: Duplex, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (!stream.writable) resolve();
    else stream.write(bytes, () => resolve());
  });
}
