import type { Closed } from '@sextant/protocol/process-schemas';
import { freePorts, listeningPorts } from './ports.ts';
import { GRACE_MS, type Run } from './run.ts';

/** Ends a run, and tells what of it has ended. */
export async function close(run: Run): Promise<Closed> {
  const since = performance.now();
  const ports = await listeningPorts(await run.members());
  await run.end('close', Math.max(0, GRACE_MS - (performance.now() - since)));
  const { met } = run;
  const left = run.running ? (await run.members()).length : 0;
  return {
    ...run.describe(),
    ...(met !== undefined && { processes: Math.max(0, met - left), ports: await freePorts(ports) }),
  };
}
