import { lstat, unlink } from 'node:fs/promises';
import { connect, type Server } from 'node:net';

/**
 * Listens on a path that only the service's own user may connect to; there is no moment in which others could. What a
 * killed service left there is replaced.
 * @throws the system's error, such as EADDRINUSE if somebody listens there.
 */
export async function listenPrivately(path: string, listen: (path: string) => Promise<Server>): Promise<Server> {
  try {
    return await masked(() => listen(path));
  } catch (error) {
    if (!isInUse(error) || !(await isLeftOver(path))) throw error;
    await unlink(path);
    return masked(() => listen(path));
  }
}

/** The path is made before `listen` returns its promise, so nothing else is made under this mask. */
function masked(listen: () => Promise<Server>): Promise<Server> {
  const mask = process.umask(0o177);
  try {
    return listen();
  } finally {
    process.umask(mask);
  }
}

function isInUse(error: unknown): boolean {
  return Error.isError(error) && 'code' in error && error.code === 'EADDRINUSE';
}

/** True for a socket on which nobody listens any more; whatever else has this name is somebody's. */
async function isLeftOver(path: string): Promise<boolean> {
  return (await lstat(path)).isSocket() && (await isRefused(path));
}

function isRefused(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', (error) => resolve('code' in error && error.code === 'ECONNREFUSED'));
  });
}
