import { setTimeout } from 'node:timers/promises';
import type { containerService } from '@sextant/protocol/container';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { LogItem } from '@sextant/protocol/container-schemas';
import type { Call } from '@sextant/service/session/call';
import type { HandlerOf } from '@sextant/service/handler';
import { isAlive } from '../container/state.ts';
import type { Engine } from '../engine/engine.ts';
import type { Look } from '../engine/look.ts';
import { LogCursor } from '../log/cursor.ts';
import { FramedEntries, RawEntries, type Channel, type Entry } from '../log/entry.ts';
import type { Parts } from '../parts.ts';

export function logs({ engine, containers }: Parts): HandlerOf<typeof containerService, 'container.logs'> {
  return async ({ target, follow, tail, since }, call) => {
    const cursor = new LogCursor(since, tail !== undefined);
    const before = await containers.look(target, call, (id) => engine.lookAt(id));
    const { id, hasTerminal } = before;
    const channels: readonly Channel[] = hasTerminal ? ['stdout'] : ['stdout', 'stderr'];
    const reader = hasTerminal ? new RawEntries() : new FramedEntries();
    const wish = { follow, from: cursor.from, tail: cursor.goesOn ? undefined : tail };
    for await (const piece of engine.logs(id, wish, call.signal))
      await pass(reader.push(piece), cursor, channels, call);
    await pass(reader.end(), cursor, channels, call);
    if (follow) await mustHaveStopped(engine, before);
    for (const channel of channels) call.end(channel);
    return { since: cursor.text(channels) ?? since };
  };
}

/** Sends what was not sent before, and the place after it. */
async function pass(
  entries: readonly Entry[],
  cursor: LogCursor,
  channels: readonly Channel[],
  call: Pick<Call<LogItem>, 'write' | 'send'>,
): Promise<void> {
  const fresh = entries.filter((entry) => cursor.take(entry));
  const gap = cursor.takeLost();
  if (gap) await call.send({ gap });
  for (const { channel, bytes } of joined(fresh)) await call.write(channel, bytes);
  const since = cursor.text(channels);
  if (fresh.length > 0 && since !== undefined) await call.send({ since });
}

/** Entries of one channel that follow each other, as one piece. */
function joined(entries: readonly Entry[]): { channel: Channel; bytes: Uint8Array }[] {
  const runs: { channel: Channel; parts: Uint8Array[] }[] = [];
  for (const { channel, bytes } of entries) {
    const last = runs.at(-1);
    if (last?.channel === channel) last.parts.push(bytes);
    else runs.push({ channel, parts: [bytes] });
  }
  return runs.map(({ channel, parts }) => ({ channel, bytes: Buffer.concat(parts) }));
}

/**
 * The engine ends a log that is followed when its container stops, but also when it ends itself, and by now it may be back.
 * @throws ProtocolError `dependency_down` if it does not answer, or the container runs on.
 */
async function mustHaveStopped(engine: Engine, before: Look): Promise<void> {
  for (let looks = 0; looks < LOOKS; looks += 1) {
    try {
      const now = await engine.lookAt(before.id);
      // One that is to be started again has ended too.
      if (!isAlive(now.state) || now.state === 'restarting' || now.startedAt !== before.startedAt) return;
    } catch (error) {
      if (!isErrorType(error, 'not_found')) throw error;
      return;
    }
    await setTimeout(LOOK_AGAIN_MS);
  }
  throw new ProtocolError(
    'dependency_down',
    'The Docker engine ended a log that goes on; ask again from its last place.',
    {
      dependency: 'docker',
    },
  );
}

/** Until the engine says that one has stopped whose log it has ended. */
const LOOKS = 3;
const LOOK_AGAIN_MS = 200;
