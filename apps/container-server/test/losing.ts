import { connect } from 'node:net';
import { ENGINE } from './real-engine.ts';
import { serveSocket, type TestSocket } from './socket.ts';

/** Stands before the real engine, and cuts the connection in place of an answer that a container was made. */
export interface LosingEngine extends TestSocket {
  /** Answers that are lost from now on. */
  losses: number;
  /** Called when one is lost, before anything else is. */
  lost: () => void;
}

export async function startLosing(at: { path: string }, losses: number): Promise<LosingEngine> {
  const { pathname } = new URL(ENGINE);
  const socket = await serveSocket(at, (near) => {
    const far = connect(pathname);
    near.pipe(far);
    far.on('data', (bytes: Buffer) => {
      if (engine.losses === 0 || !bytes.subarray(0, CREATED.length).equals(CREATED)) {
        near.write(bytes);
        return;
      }
      engine.losses -= 1;
      engine.lost();
      near.destroy();
    });
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy()).on('error', () => {});
  });
  const engine: LosingEngine = { ...socket, losses, lost: () => {} };
  return engine;
}

/** How the answer to a creation begins, and to nothing else that is asked here. */
const CREATED = Buffer.from('HTTP/1.1 201');
