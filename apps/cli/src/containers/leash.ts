import type { Client } from '@sextant/client/client';
import type { containerService } from '@sextant/protocol/container';
import { ProtocolError } from '@sextant/protocol/errors';
import { printJson, say } from '../output.ts';
import { logReading } from './log-output.ts';
import { Log } from './logs.ts';

/**
 * Shows what a container prints for as long as it runs, over the connection that it ends with.
 * @returns its exit code.
 */
export async function holdLeash(
  containers: Client<typeof containerService>,
  { id, name }: { id: string; name: string },
  json: boolean,
  signal: AbortSignal,
): Promise<number> {
  if (!json) say(`${name} runs until it ends by itself, or you press Ctrl-C.`);
  const end = containers.call('container.wait', { target: id }, { signal });
  // Where the log fails first, that is told.
  end.catch(() => {});
  try {
    await new Log({ target: id, follow: true }, logReading(json, signal)).readOn(containers);
    const { exitCode } = await end;
    if (json) printJson({ exitCode });
    else if (exitCode !== 0) say(`${name} ended with exit code ${exitCode}.`);
    return exitCode;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new ProtocolError('cancelled', `Stopped, and ${name} with it.`);
  }
}
