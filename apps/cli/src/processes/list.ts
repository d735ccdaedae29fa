import type { Client } from '@sextant/client/client';
import type { processService } from '@sextant/protocol/process';
import type { Run, RunDetails } from '@sextant/protocol/process-schemas';

export type Program = Run | RunDetails;

/** Every page of a list of programs. */
export async function listPrograms(
  processes: Client<typeof processService>,
  asked: { scope: 'mine' | 'all'; running?: boolean; details: boolean },
  signal?: AbortSignal,
): Promise<Program[]> {
  const programs: Program[] = [];
  let next: string | undefined;
  do {
    const page = await processes.call('process.list', { ...asked, next }, { signal });
    programs.push(...page.items);
    next = page.next;
  } while (next !== undefined);
  return programs;
}

/** Those that run, or will. */
export function isLiving({ state }: Pick<Run, 'state'>): boolean {
  return !OVER.has(state);
}

const OVER: ReadonlySet<string> = new Set(['exited', 'killed', 'failed']);
