import { connect } from 'node:net';

/** A line as it was answered. */
export type Line = Readonly<Record<string, unknown>>;

/** The line of a request; `params` may be anything, right or wrong. */
export function requestLine(id: number | string, method: string, params: unknown = {}): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
}

/** The type of the error in an answer, if it is one. */
export function typeOf(line: Line | undefined): unknown {
  return (line?.['error'] as { data?: { type?: unknown } } | undefined)?.data?.type;
}

/** Writes all of it, says that nothing follows, and returns every line that is answered until the other side ends. */
export function exchange(
  address: { host: string; port: number },
  bytes: string | Uint8Array,
  withinMs = 20_000,
): Promise<Line[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ ...address, allowHalfOpen: true });
    const deadline = setTimeout(() => {
      reject(new Error(`no end of it within ${withinMs} ms`));
      socket.destroy();
    }, withinMs);
    socket
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      // Cut, not ended: what came until then counts.
      .on('error', () => {})
      .on('close', () => {
        clearTimeout(deadline);
        try {
          resolve(readLines(Buffer.concat(chunks)));
        } catch (error) {
          reject(error);
        }
      })
      .end(bytes);
  });
}

/** The lines in what was answered, parsed; empty ones and bodies are left out, and a last one that was cut off. */
export function readLines(bytes: Buffer): Line[] {
  const lines: Line[] = [];
  for (let at = 0; ;) {
    const end = bytes.indexOf('\n', at);
    if (end === -1) return lines;
    const text = bytes.toString('utf8', at, end).trim();
    at = end + 1;
    if (text === '') continue;
    const line = JSON.parse(text) as Line;
    lines.push(line);
    if (typeof line['body'] === 'number') at += line['body'] + 1;
  }
}
