import { freePort } from './free-port.ts';
import { startProgram, type Program } from './program.ts';

/** The program it takes. */
export const NATS = 'nats-server';

/** NATS on a free port. */
export async function startNats(): Promise<Program> {
  const port = await freePort();
  return await startProgram(NATS, ['-a', '127.0.0.1', '-p', String(port)], { port });
}
