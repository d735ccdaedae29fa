import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { failure } from '@sextant/protocol/envelope';
import { ProtocolError } from '@sextant/protocol/errors';
import type { Limits } from '@sextant/protocol/limits';
import type { Connection, Remote } from '@sextant/wire/connection';
import { help } from '@sextant/wire/help';
import type { WebSocketDoor } from '@sextant/wire/websocket';
import type { Grant } from '../identity/identities.ts';
import { refuse, type Allowed } from './allowed.ts';
import type { Log } from '../observe/log.ts';
import { forPeer } from '../session/refusal.ts';
import { json, write, type Answer } from './answer.ts';
import { crossOrigin } from './cross-origin.ts';
import { PostConnection } from './post.ts';
import { statusOf } from './status.ts';

// Imported, it would bring the client of Node with it, which all its exports are asked for: 15 ms and 8 MB.
const { createServer } = process.getBuiltinModule('node:http');

/** What HTTP needs of its service. */
export interface HttpHost {
  readonly limits: Limits;
  readonly allowed: Allowed;
  readonly log: Log;
  /** Serves a connection; `grant` is what its header proved. */
  accept(connection: Connection, grant?: Grant): void;
  /** @throws ProtocolError if the token is wrong. */
  identify(token: string, remote: Remote): Promise<Grant>;
  /** What is at a path; undefined for nothing. */
  page(path: string, remote: Remote, grant: Grant | undefined): Promise<Answer | undefined>;
  refused(reason: 'host' | 'origin'): void;
}

/** A socket on its way to its one request. */
interface Visit {
  readonly remote: Remote;
  whole: boolean;
  /** The whole request is here: its deadline is met. */
  readonly arrived: () => void;
}

/** Answers HTTP on sockets that others have accepted, one request each. */
export class HttpServer {
  readonly #host: HttpHost;
  readonly #server = createServer({ maxHeaderSize: 16 * 1024, shouldUpgradeCallback: isWebSocket });
  #webSockets: WebSocketDoor | undefined;
  readonly #visits = new Map<Socket, Visit>();

  constructor(host: HttpHost) {
    this.#host = host;
    // What follows on a connection is answered with 503, and not begun.
    this.#server.maxRequestsPerSocket = 1;
    this.#server
      .on('clientError', (_error, socket) => help(socket as Socket))
      .on('request', (request, response) => void this.#request(request, response))
      .on('upgrade', (request, socket, head) => void this.#upgrade(request, socket as Socket, head));
  }

  /** A server that does not listen starts no clock of its own: the whole request must be here in time. */
  serve(socket: Socket, remote: Remote): void {
    const deadline = setTimeout(() => socket.destroy(), this.#host.limits.headerMs);
    const visit: Visit = { remote, whole: false, arrived: () => this.#arrived(visit, deadline) };
    this.#visits.set(socket, visit);
    socket
      .once('close', () => {
        clearTimeout(deadline);
        this.#visits.delete(socket);
      })
      .on('error', () => socket.destroy());
    this.#server.emit('connection', socket);
    socket.resume();
  }

  /** Ends what waits for the rest of its request; with `all`, what is answered too. */
  close(all: boolean): void {
    for (const [socket, { whole }] of this.#visits) if (all || !whole) socket.destroy();
  }

  #arrived(visit: Visit, deadline: NodeJS.Timeout): void {
    clearTimeout(deadline);
    visit.whole = true;
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {});
    for (const [name, value] of crossOrigin(request.headers, this.#host.allowed)) response.setHeader(name, value);
    try {
      const answer = this.#refusal(request) ?? (await this.#answer(request, response));
      this.#visit(request).arrived();
      if (answer) write(response, answer);
    } catch (error) {
      // Whoever broke off is told nothing, and is no fault of ours.
      if (response.destroyed) return;
      const told = forPeer(error, this.#host.log, { path: pathOf(request) });
      if (!response.headersSent) write(response, errorAnswer(told));
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<Answer | undefined> {
    const { remote } = this.#visit(request);
    const path = pathOf(request);
    if (request.method === 'OPTIONS') return { status: 204, type: 'text/plain', body: '' };
    const grant = await this.#grantOf(request, remote);
    if (path === '/rpc') return this.#post(request, response, remote, grant);
    if (request.method !== 'GET' && request.method !== 'HEAD') return wrongMethod('GET, HEAD');
    if (path === '/ws') return json(426, { error: 'Open /ws as a WebSocket.' }, { Upgrade: 'websocket' });
    return (
      (await this.#host.page(path, remote, grant)) ??
      json(404, { error: `There is nothing here; / tells what there is.` })
    );
  }

  async #post(
    request: IncomingMessage,
    response: ServerResponse,
    remote: Remote,
    grant: Grant | undefined,
  ): Promise<Answer | undefined> {
    if (request.method !== 'POST') return wrongMethod('POST');
    // A form or a page of others can send other types without asking first; this one it cannot.
    if (!/^application\/json *(;|$)/i.test(request.headers['content-type'] ?? '')) {
      return json(415, { error: 'Post one request as Content-Type: application/json.' });
    }
    const posted = await readAll(request, this.#host.limits.line);
    this.#visit(request).arrived();
    const visitor: Remote = { ...remote, transport: 'http' };
    this.#host.accept(new PostConnection(posted, response, this.#host.limits, visitor), grant);
    return undefined;
  }

  async #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const { remote, arrived } = this.#visit(request);
    arrived();
    const refusal = this.#refusal(request) ?? (pathOf(request) === '/ws' ? undefined : json(404, {}));
    if (refusal) return refuseUpgrade(socket, refusal);
    try {
      const grant = await this.#grantOf(request, remote);
      const visitor: Remote = { ...remote, transport: 'websocket' };
      const webSockets = await this.#webSocketDoor();
      webSockets.open(request, socket, head, visitor, (connection) => this.#host.accept(connection, grant));
    } catch (error) {
      refuseUpgrade(socket, errorAnswer(forPeer(error, this.#host.log, { path: pathOf(request) })));
    }
  }

  /** Made for whoever comes first: ws brings Node's own HTTPS along, 5 MB that few services need. */
  async #webSocketDoor(): Promise<WebSocketDoor> {
    const { WebSocketDoor } = await import('@sextant/wire/websocket');
    return (this.#webSockets ??= new WebSocketDoor(this.#host.limits));
  }

  #refusal(request: IncomingMessage): Answer | undefined {
    const refused = refuse(request.headers, this.#visit(request).remote.encrypted, this.#host.allowed);
    if (!refused) return undefined;
    this.#host.refused(refused);
    return refused === 'host'
      ? json(421, { error: 'This service is not known by that name; --hosts lets it be.' })
      : json(403, { error: 'Pages of another origin may not use this service; --origins lets them.' });
  }

  #visit({ socket }: IncomingMessage): Visit {
    const visit = this.#visits.get(socket);
    if (!visit) throw new Error('a request on a socket that nobody handed over');
    return visit;
  }

  async #grantOf({ headers }: IncomingMessage, remote: Remote): Promise<Grant | undefined> {
    const { authorization } = headers;
    if (authorization === undefined) return undefined;
    const token = /^Bearer +(\S{1,256})$/i.exec(authorization)?.[1];
    if (token === undefined) throw new ProtocolError('unauthenticated', 'Authorization must be: Bearer TOKEN');
    return this.#host.identify(token, remote);
  }
}

/** Whatever else a client would rather speak is not for us: it is answered in HTTP/1.1. */
function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/';
}

async function readAll(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new ProtocolError('line_too_long', `A request may have ${maxBytes} bytes.`, {
        limit: 'line',
        max: maxBytes,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function wrongMethod(allow: string): Answer {
  return json(405, { error: `Use ${allow} here.` }, { Allow: allow });
}

function errorAnswer(error: ProtocolError): Answer {
  return json(statusOf(error.type), failure(null, error));
}

function refuseUpgrade(socket: Socket, { status, body }: Answer): void {
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
