import type { Id } from '@sextant/protocol/envelope';

/** The frames of items that are JSON already, as they are streamed to whoever asked under this id. */
export function itemLines(id: Id, items: readonly string[]): string {
  if (items.length === 0) return '';
  const head = `{"jsonrpc":"2.0","method":"rpc.data","params":{"id":${JSON.stringify(id)},"item":`;
  const tail = '}}\n';
  return head + items.join(tail + head) + tail;
}

/** The lines that such pieces consist of, each with its LF. */
export function* linesOf(pieces: readonly Uint8Array[]): Generator<string> {
  for (const piece of pieces) {
    const text = Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString();
    for (let at = 0, end = 0; at < text.length; at = end) {
      end = text.indexOf('\n', at) + 1;
      yield text.slice(at, end);
    }
  }
}
