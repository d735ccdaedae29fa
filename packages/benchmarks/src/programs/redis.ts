import { freePort } from './free-port.ts';
import { startProgram, type Program } from './program.ts';

/** The program it takes. */
export const REDIS = 'redis-server';

/** Redis on a free port, which writes nothing to disk. */
export async function startRedis(): Promise<Program> {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  return await startProgram(REDIS, args, { port });
}
