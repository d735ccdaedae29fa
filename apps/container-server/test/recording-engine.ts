import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { socketPath } from './socket.ts';

const ID = 'a'.repeat(64);
const INSPECTED = { Id: ID, Name: '/made', State: { Status: 'running' } };

/** An engine that has every image and makes nothing, but keeps what it is asked to create. */
export async function recordingEngine(): Promise<{ url: string; take(): string[] } & AsyncDisposable> {
  const at = await socketPath();
  const bodies: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const { pathname } = new URL(request.url ?? '', 'http://engine');
    if (pathname.endsWith('/containers/create')) bodies.push(body);
    const isDone = request.method === 'DELETE' || pathname.endsWith('/start');
    const status = isDone ? 204 : pathname.endsWith('/create') ? 201 : 200;
    response.writeHead(pathname.endsWith('/images/create') ? 200 : status, { 'content-type': 'application/json' });
    response.end(isDone || pathname.endsWith('/images/create') ? '' : JSON.stringify(INSPECTED));
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(at.path);
  await once(server, 'listening');
  return {
    url: at.url,
    take: () => bodies.splice(0),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await at[Symbol.asyncDispose]();
    },
  };
}
