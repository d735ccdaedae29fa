import { ProtocolError } from '@sextant/protocol/errors';
import { z } from 'zod';

const schema = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }),
});

/** What the engine says of a container. */
export interface EngineEvent {
  /** Its word, such as `start` or `health_status: healthy`. */
  readonly action: string;
  readonly id: string;
  /** Labels too. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Nanoseconds since 1970: more than a number holds. */
  readonly nanoseconds: bigint;
}

/** @throws ProtocolError `dependency_down` if it is no event. */
export function parseEvent(line: string): EngineEvent {
  const { Action, Actor } = read(line);
  const [, nanoseconds = '0'] = /"timeNano":(\d+)/.exec(line.slice(line.lastIndexOf('"timeNano"'))) ?? [];
  return { action: Action, id: Actor.ID, attributes: Actor.Attributes, nanoseconds: BigInt(nanoseconds) };
}

function read(line: string): z.infer<typeof schema> {
  try {
    return schema.parse(JSON.parse(line));
  } catch (cause) {
    throw new ProtocolError(
      'dependency_down',
      'The Docker engine sent what is no event.',
      { dependency: 'docker' },
      { cause },
    );
  }
}
