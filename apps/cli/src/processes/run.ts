import type { Client } from '@sextant/client/client';
import type { StreamPart } from '@sextant/client/stream';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { ParamsInput } from '@sextant/protocol/method';
import type { processService } from '@sextant/protocol/process';
import { follow, NOTHING } from '../attached/follow.ts';
import { signalled } from '../attached/interruption.ts';
import { isForeground, lendTerminal } from '../attached/terminal.ts';
import { ExitCode } from '../exit-code.ts';
import { printJson, say, sayError } from '../output.ts';
import { SELF } from '../self.ts';
import { visible } from '../visible.ts';
import { reasonOf } from './reason.ts';
import { Signals, type Send } from './signals.ts';

type Processes = Client<typeof processService>;
type RunMethod = (typeof processService.methods)['process.run'];
type Part = StreamPart<RunMethod>;

/**
 * Runs a program with our input, output and signals as its own. Resolves to the exit code that this command ends with.
 * @throws ProtocolError why it could not be started.
 */
export async function runAttached(processes: Processes, wish: ParamsInput<RunMethod>, json: boolean): Promise<number> {
  const stream = processes.open('process.run', wish);
  const parts = stream[Symbol.asyncIterator]();
  const item = await begun(parts, json);
  if (!item) return codeOf(await stream.result);
  const signals = new Signals(sender(processes, item.id));
  if (wish.tty) lendTerminal(stream);
  try {
    const { interrupted, result } = await follow(stream, {
      json,
      parts: noting(parts, signals),
      // One in the background would be stopped by its terminal.
      ...(process.stdin.isTTY && !isForeground() && { input: NOTHING }),
      signals: (interruption) => signals.listen(interruption),
    });
    if (interrupted === undefined && result?.signal && !json) await tellWhy(processes, item.id);
    return interrupted ?? codeOf(result);
  } catch (error) {
    if (!processes.lost) throw error;
    sayError(wentWithIt(error, item.pid));
    return ExitCode.lost;
  }
}

/** Its first words; undefined of one that did not begin. */
async function begun(parts: AsyncIterator<Part>, json: boolean): Promise<{ id: string; pid: number } | undefined> {
  for (let next = await parts.next(); !next.done; next = await parts.next()) {
    const { item } = next.value;
    if (item && json) printJson(item);
    if (item && 'id' in item) return item;
    if (item && 'queue' in item && !json)
      say(`It waits in the queue ${item.queue.name}, ${before(item.queue.position)}.`);
  }
  return undefined;
}

function before(position: number): string {
  return position === 1 ? 'and is the next' : `${position - 1} before it`;
}

function codeOf(result: { exitCode: number | null; signal: string | null } | undefined): number {
  return result?.exitCode ?? signalled(result?.signal ?? null);
}

/** Of one that was ended by somebody else, or because it did more than it may. */
async function tellWhy(processes: Processes, target: string): Promise<void> {
  const run = await processes.call('process.wait', { target }).catch(() => undefined);
  const why = run && reasonOf(run);
  if (why) say(`${visible(run.name)} was ended: ${why}.`);
}

/** Over the connection that the program runs on, which has not been lost if it still runs. */
function sender(processes: Processes, target: string): Send {
  return async (signal) => {
    try {
      await processes.call('process.signal', { target, signal: signal as 'SIGINT' });
    } catch (error) {
      // All else tells that it is over, which it says itself.
      if (isErrorType(error, 'forbidden')) return false;
    }
    return true;
  };
}

async function* noting(parts: AsyncIterable<Part>, signals: Signals): AsyncGenerator<Part> {
  for await (const part of parts) {
    if (part.body) signals.answered();
    yield part;
  }
}

function wentWithIt(error: unknown, pid: number): ProtocolError {
  const why = Error.isError(error) ? error.message : String(error);
  const next = `The service ends the program, pid ${pid}, with its connection. What runs there: ${SELF} ps. What is to outlive one: ${SELF} run -d, then ${SELF} attach.`;
  return new ProtocolError('unavailable', `${why} ${next}`, {}, { cause: error });
}
