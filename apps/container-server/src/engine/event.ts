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

/** @throws if it is no event. */
export function parseEvent(line: string): EngineEvent {
  const { Action, Actor } = schema.parse(JSON.parse(line));
  const [, nanoseconds = '0'] = /"timeNano":(\d+)/.exec(line.slice(line.lastIndexOf('"timeNano"'))) ?? [];
  return { action: Action, id: Actor.ID, attributes: Actor.Attributes, nanoseconds: BigInt(nanoseconds) };
}
