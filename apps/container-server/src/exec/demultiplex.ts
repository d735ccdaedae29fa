/** Bytes before each piece: which output it is of, three of nothing, and its length. */
const HEADER = 8;
const STDERR = 2;

/** Output in the order it came, told apart. */
export type Output = [channel: 'stdout' | 'stderr', bytes: Uint8Array];

/** Tells apart what the engine sends of a program without a terminal; of a piece, what has come is passed on at once. */
export async function* demultiplex(chunks: AsyncIterable<Buffer>): AsyncGenerator<Output> {
  let header = Buffer.alloc(0);
  let left = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      if (left === 0) {
        const part = chunk.subarray(at, at + HEADER - header.length);
        header = Buffer.concat([header, part]);
        at += part.length;
        if (header.length < HEADER) break;
        left = header.readUInt32BE(4);
      }
      const bytes = chunk.subarray(at, at + left);
      at += bytes.length;
      left -= bytes.length;
      if (bytes.length > 0) yield [header[0] === STDERR ? 'stderr' : 'stdout', bytes];
      if (left === 0) header = Buffer.alloc(0);
    }
  }
}

/** What a terminal shows is all one output. */
export async function* undivided(chunks: AsyncIterable<Buffer>): AsyncGenerator<Output> {
  for await (const chunk of chunks) yield ['stdout', chunk];
}
