import type { Call } from '@sextant/service/session/call';
import { Passing } from './passing.ts';
import type { Reader } from './reader.ts';

type To = Pick<Call, 'write' | 'end' | 'sentBytes' | 'takenBytes'> & {
  send(item: { gap: { from: number; to: number } }): Promise<void>;
};

/** Passes on an output to a caller, no faster than that takes it, up to its end or to `until`. */
export async function pass(reader: Reader, call: To, until?: number): Promise<void> {
  using passing = new Passing(call);
  for (let part = await reader.next(until); part; part = await reader.next(until)) {
    if ('gap' in part) await call.send(part);
    else if ('end' in part) call.end(part.channel);
    else {
      const { channel, bytes, held } = part;
      held.hold();
      await call.write(channel, bytes);
      passing.add(held);
      reader.passed(bytes.length);
    }
  }
}

/**
 * The same for one who may leave before the end.
 * @throws the reason, if the call is cancelled.
 */
export async function follow(reader: Reader, call: To & Pick<Call, 'signal'>, until?: number): Promise<void> {
  const { signal } = call;
  const leave = (): void => reader.close();
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  await pass(reader, call, until).finally(() => signal.removeEventListener('abort', leave));
  signal.throwIfAborted();
}
