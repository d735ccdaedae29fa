import { connect } from '@sextant/client/connect';
import { processService } from '@sextant/protocol/process';
import type { OutputFacts } from '@sextant/protocol/process-schemas';
import { startFaultProxy } from '@sextant/testing/fault-proxy';

export interface Followed {
  readonly output: OutputFacts;
  /** Bytes that were missing. */
  readonly missing: number;
  /** How often the connection was lost. */
  readonly cuts: number;
}

/**
 * Follows what a program prints to its end, over a connection that is cut wherever it is told to, and goes on each time at
 * `since` and so many bytes as came after it.
 */
export async function followOver(
  service: { host: string; port: number },
  token: string,
  target: string,
  cutAt: readonly number[],
  take: (bytes: Uint8Array, channel: string) => void,
): Promise<Followed> {
  await using proxy = await startFaultProxy(service);
  const left = [...cutAt].sort((a, b) => a - b);
  let [since, missing, cuts] = [0, 0, 0];
  for (;;) {
    const client = await connect(processService, proxy, { client: 'test/1', auth: { type: 'token', token } });
    const stream = client.open('process.attach', { target, since });
    let isCut = false;
    try {
      for await (const { item, body, channel = '' } of stream) {
        if (item && 'since' in item && item.since !== since) throw new Error(`since ${item.since} and not ${since}`);
        if (item && 'gap' in item) [since, missing] = [item.gap.to + 1, missing + item.gap.to + 1 - item.gap.from];
        if (!body) continue;
        take(body, channel);
        since += body.length;
        if (left[0] === undefined || since < left[0]) continue;
        left.shift();
        cuts += 1;
        isCut = true;
        proxy.cut('reset');
        break;
      }
      if (!isCut) return { output: (await stream.result).output, missing, cuts };
    } finally {
      stream.result.catch(() => {});
      client.close();
      await client.closed;
    }
  }
}
