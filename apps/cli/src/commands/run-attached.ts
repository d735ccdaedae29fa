import type { Client } from '@sextant/client/client';
import type { ParamsInput } from '@sextant/protocol/method';
import type { processService } from '@sextant/protocol/process';
import { follow, signalled } from '../attached/follow.ts';

type RunMethod = (typeof processService.methods)['process.run'];

/** Runs a program with our input and output as its own. Resolves to the exit code that this command ends with. */
export async function runAttached(
  processes: Client<typeof processService>,
  wish: ParamsInput<RunMethod>,
  json: boolean,
): Promise<number> {
  const { interrupted, result } = await follow(processes.open('process.run', wish), { json });
  return interrupted ?? result?.exitCode ?? signalled(result?.signal ?? null);
}
