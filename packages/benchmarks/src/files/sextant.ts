import type { Contender } from '../area.ts';
import { Link } from '../load/link.ts';
import { mainOf, startService } from '../programs/service.ts';
import { BLOCK, makeData, type Sized } from './data.ts';
import { MEASURES, measureTransfers, measureTree, pump } from './load.ts';

/** What a connection may have in flight unless more is agreed. */
const IN_FLIGHT = 64;

/** Pieces of an upload that are sent before the first of them is answered. */
const AHEAD = 8;

/** Where the end of an answer is looked for. */
const TAIL_BYTES = 512;

/** In every answer that ends a file. */
const DIGEST = '"digest":"';

const LF = 0x0a;

/** The file-server, with digests: of what is read it says one, of what is written it is told one. */
export const sextant: Contender = {
  name: 'sextant',
  role: 'ours',
  async run(pace) {
    await using data = await makeData(pace);
    await using service = await startService(mainOf('file-server'), ['--root', data.served], { under: data.folder });
    const [down, downShared] = await measureTransfers(service, data, get);
    const digests = new Map(
      await Promise.all([data.big, data.part].map(async (file) => [file, await digestOf(service.port, file)] as const)),
    );
    const [up, upShared] = await measureTransfers(service, data, (link, file, target) =>
      put(link, file, target, digests.get(file)),
    );
    const tree = await measureTree(service, data, {
      inFlight: IN_FLIGHT,
      ask: (path, id) => request(id, 'file.read', { path }),
      mark: DIGEST,
    });
    return {
      [MEASURES.down]: down,
      [MEASURES.downShared]: downShared,
      [MEASURES.up]: up,
      [MEASURES.upShared]: upShared,
      [MEASURES.tree]: tree,
    };
  },
};

/** Counts bytes until the answer comes, which is known by its digest. */
async function get(link: Link, { name }: Sized): Promise<void> {
  link.send(request(1, 'file.read', { path: name }));
  await heard(link, DIGEST);
}

async function put(link: Link, { bytes }: Sized, target: string, digest: string | undefined): Promise<void> {
  link.send(request(1, 'file.open', { path: target, overwrite: true }));
  const upload = /"upload":"([^"]+)"/.exec(await heard(link, '\n'))?.[1];
  await write(link, bytes, (offset, body) =>
    request(2 + offset / BLOCK.length, 'file.write', { upload, offset }, body),
  );
  link.send(request(1, 'file.commit', { upload, digest }));
  await heard(link, DIGEST);
}

/** A few pieces ahead of what is answered, a line each. */
async function write(link: Link, bytes: number, head: (offset: number, body: number) => string): Promise<void> {
  const lines = new Lines(link);
  const count = bytes / BLOCK.length;
  for (let sent = 0; sent < count; sent += 1) {
    await lines.until(sent - AHEAD + 1);
    await pump(link, [head(sent * BLOCK.length, BLOCK.length), BLOCK, '\n']);
  }
  await lines.until(count);
}

/** Counts the lines that come. */
class Lines {
  #count = 0;
  #wake = (): void => {};

  constructor(link: Link) {
    link.heard = (bytes) => {
      for (const byte of bytes) if (byte === LF) this.#count += 1;
      this.#wake();
    };
  }

  async until(count: number): Promise<void> {
    while (this.#count < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

async function digestOf(port: number, { name }: Sized): Promise<string> {
  using link = await Link.to(port);
  link.send(request(1, 'file.read', { path: name }));
  const answer = await heard(link, DIGEST);
  return /"digest":"([^"]+)"/.exec(answer)?.[1] ?? '';
}

/** Waits for a mark among the last bytes that come; returns those. */
function heard(link: Link, mark: string): Promise<string> {
  return new Promise((resolve) => {
    link.heard = (bytes) => {
      const tail = bytes.subarray(-TAIL_BYTES);
      if (!tail.includes(mark)) return;
      link.heard = () => {};
      resolve(tail.toString('latin1'));
    };
  });
}

function request(id: number, method: string, params: object, body?: number): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, method, params, body })}\n`;
}
