import { StringDecoder } from 'node:string_decoder';
import type { Stream, StreamPart } from '@sextant/client/stream';
import { isErrorType } from '@sextant/protocol/errors';
import type { Method, ResultOf } from '@sextant/protocol/method';
import { printJson } from '../output.ts';
import { write } from '../prompt-plain.ts';
import { whenUnread } from '../unread.ts';
import { endAtSignals, Interruption } from './interruption.ts';
import { takeBackTerminal } from './terminal.ts';

/** How a program ended that had our input and output as its own. */
export interface Ended<M extends Method> {
  /** The exit code of this command if it was told to end, by a signal or by a reader that left. */
  interrupted: number | undefined;
  /** Of the program; not there if it was ended early. */
  result?: ResultOf<M>;
}

interface Following<M extends Method> {
  json: boolean;
  /** What goes to the program: our input unless given. */
  input?: AsyncIterable<Uint8Array> | undefined;
  /** What is left of the stream, where its beginning was read already. */
  parts?: AsyncIterable<StreamPart<M>>;
  /** Says what signals do that this command gets: they end the program unless given. */
  signals?: (interruption: Interruption) => void;
}

/** An input that is at its end. */
export const NOTHING: AsyncIterable<Uint8Array> = { async *[Symbol.asyncIterator]() {} };

/** Passes on our input and a program's output until it ends. */
export async function follow<M extends Method>(stream: Stream<M>, following: Following<M>): Promise<Ended<M>> {
  const {
    json,
    input = process.stdin as AsyncIterable<Uint8Array>,
    parts = stream,
    signals = endAtSignals,
  } = following;
  const interruption = new Interruption(stream);
  whenUnread(() => interruption.end('SIGPIPE'));
  signals(interruption);
  void feed(stream, input);
  const show = json ? showAsJson() : showAsIs;
  for await (const part of parts) await show(part);
  takeBackTerminal(
    await stream.result.then(
      () => false,
      () => true,
    ),
  );
  process.stdin.destroy();
  try {
    const result = await stream.result;
    if (json) printJson(result);
    return { interrupted: interruption.code, result };
  } catch (error) {
    if (interruption.code === undefined || !isErrorType(error, 'cancelled')) throw error;
    return { interrupted: interruption.code };
  }
}

/** Our input goes to the program for as long as it runs. */
async function feed<M extends Method>(stream: Stream<M>, input: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const chunk of input) {
      if (!(await stream.write('stdin', chunk))) return;
    }
  } catch {
    // Input that cannot be read, such as a folder's or a closed terminal's, has ended.
  }
  stream.end('stdin');
}

type Shown = Pick<StreamPart<Method>, 'channel' | 'body' | 'end'> & { item?: unknown };

async function showAsIs({ channel, body }: Shown): Promise<void> {
  if (body) await write(channel === 'stderr' ? process.stderr : process.stdout, body);
}

function showAsJson(): (part: Shown) => Promise<void> {
  const decoders = { stdout: new StringDecoder(), stderr: new StringDecoder() };
  return async ({ item, channel, body, end }) => {
    if (item) printJson(item);
    if (channel !== 'stdout' && channel !== 'stderr') return;
    const text = (body ? decoders[channel].write(body) : '') + (end ? decoders[channel].end() : '');
    if (text) await write(process.stdout, `${JSON.stringify({ channel, text })}\n`);
  };
}
