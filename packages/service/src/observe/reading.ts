import type { Counter, Gauge, Registry } from '@prometheus-io/client';

/** A metric of one number that is read when somebody looks; while it cannot be read, it is what it was. */
export function addReading(
  registry: Registry,
  Kind: typeof Counter | typeof Gauge,
  name: string,
  help: string,
  read: () => number | Promise<number>,
): void {
  registry.registerMetric(
    new Kind({
      name,
      help,
      registers: [],
      async collect(this: Counter | Gauge) {
        const value = await settle(read);
        if (!Number.isFinite(value)) return;
        this.reset();
        this.inc(value);
      },
    }),
  );
}

/** What counts files needs one more of them, and must not fail the others where there are none left. */
async function settle(read: () => number | Promise<number>): Promise<number> {
  try {
    return await read();
  } catch {
    return NaN;
  }
}
