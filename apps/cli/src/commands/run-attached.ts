import { constants } from 'node:os';
import { StringDecoder } from 'node:string_decoder';
import type { Client } from '@sextant/client/client';
import type { Stream, StreamPart } from '@sextant/client/stream';
import { isErrorType } from '@sextant/protocol/errors';
import type { ParamsInput } from '@sextant/protocol/method';
import type { processService } from '@sextant/protocol/process';
import { printJson } from '../output.ts';
import { write } from '../prompt-plain.ts';
import { whenUnread } from '../unread.ts';

type RunMethod = (typeof processService.methods)['process.run'];
type Show = (part: StreamPart<RunMethod>) => Promise<void> | void;

/** Runs a program with our input and output as its own. Resolves to the exit code that this command ends with. */
export async function runAttached(
  processes: Client<typeof processService>,
  wish: ParamsInput<RunMethod>,
  json: boolean,
): Promise<number> {
  const stream = processes.open('process.run', wish);
  const interruption = listenForEnd(stream);
  void feed(stream);
  const show = json ? showAsJson() : showAsIs;
  for await (const part of stream) await show(part);
  process.stdin.destroy();
  try {
    const result = await stream.result;
    if (json) printJson(result);
    return interruption.code ?? result.exitCode ?? signalled(result.signal);
  } catch (error) {
    if (interruption.code !== undefined && isErrorType(error, 'cancelled')) return interruption.code;
    throw error;
  }
}

/** Ctrl-C, SIGTERM or a reader that left end the program first, and this command when it has ended; a second one at once. */
function listenForEnd(stream: Stream<RunMethod>): { code: number | undefined } {
  const interruption: { code: number | undefined } = { code: undefined };
  const end = (signal: NodeJS.Signals): void => {
    if (interruption.code !== undefined) process.exit(interruption.code);
    interruption.code = signalled(signal);
    stream.cancel();
  };
  process.on('SIGINT', end).on('SIGTERM', end);
  whenUnread(() => end('SIGPIPE'));
  return interruption;
}

/** Our input goes to the program for as long as it runs. */
async function feed(stream: Stream<RunMethod>): Promise<void> {
  try {
    for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
      if (!(await stream.write('stdin', chunk))) return;
    }
  } catch {
    // Input that cannot be read, such as a folder's or a closed terminal's, has ended.
  }
  stream.end('stdin');
}

async function showAsIs({ channel, body }: StreamPart<RunMethod>): Promise<void> {
  if (body) await write(channel === 'stderr' ? process.stderr : process.stdout, body);
}

function showAsJson(): Show {
  const decoders = { stdout: new StringDecoder(), stderr: new StringDecoder() };
  return async ({ item, channel, body, end }) => {
    if (item) printJson(item);
    if (channel !== 'stdout' && channel !== 'stderr') return;
    const text = (body ? decoders[channel].write(body) : '') + (end ? decoders[channel].end() : '');
    if (text) await write(process.stdout, `${JSON.stringify({ channel, text })}\n`);
  };
}

/** The exit code with which a shell reports a signal. */
function signalled(signal: string | null): number {
  return 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}
