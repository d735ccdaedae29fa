import { cpuMs } from '../programs/program.ts';
import type { Reading } from '../area.ts';

/** Measures what `work` yields, and the processor time that it takes the server and us meanwhile. */
export async function costing(pid: number, work: () => Promise<number>): Promise<Reading> {
  const began = performance.now();
  const serverBefore = cpuMs(pid);
  const loadBefore = process.cpuUsage();
  const value = await work();
  const ms = performance.now() - began;
  const serverAfter = cpuMs(pid);
  const { user, system } = process.cpuUsage(loadBefore);
  return {
    value,
    serverCpu: serverBefore === undefined || serverAfter === undefined ? undefined : (serverAfter - serverBefore) / ms,
    loadCpu: (user + system) / 1000 / ms,
  };
}
