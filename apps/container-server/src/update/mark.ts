import { z } from 'zod';
import { UPDATE } from '../container/labels.ts';

const schema = z.object({
  /** The id of the container in whose place it is. While that is there, the update is not done. */
  replaces: z.string(),
  /** Whether that one ran. */
  ran: z.boolean(),
  /** The service that does it. */
  by: z.string(),
  /** When it is over in any case, in milliseconds since 1970: then whoever finds it half done may undo it. */
  until: z.number(),
});

/** What an update notes on the container that it makes. */
export type Mark = z.infer<typeof schema>;

type Labels = Readonly<Record<string, string>>;

export function withMark(labels: Labels, mark: Mark): Record<string, string> {
  return { ...labels, [UPDATE]: JSON.stringify(mark) };
}

/** Undefined where there is none, or none of ours. */
export function markOf(labels: Labels): Mark | undefined {
  try {
    return schema.parse(JSON.parse(labels[UPDATE] ?? 'null'));
  } catch {
    return undefined;
  }
}
