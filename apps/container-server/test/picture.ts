import type { Client } from '@sextant/client/client';
import type { Containers } from './app.ts';

/** What one who watches `container.events` knows of the containers: the snapshot, and the changes since. */
export class Picture {
  /** A snapshot has come. */
  hasBegun = false;
  readonly engineStates: string[] = [];
  readonly #states = new Map<string, { name: string; state: string }>();
  readonly #end: () => Promise<void>;

  private constructor(client: Client<Containers>) {
    const stream = client.open('container.events', {});
    const read = (async () => {
      for await (const { item } of stream) if (item) this.#take(item as Item);
    })();
    stream.result.catch(() => {});
    read.catch(() => {});
    this.#end = async () => {
      stream.cancel();
      await read.catch(() => {});
    };
  }

  static of(client: Client<Containers>): Picture {
    return new Picture(client);
  }

  /** States by name, in the order of names. */
  text(isOf: (name: string) => boolean = () => true): string {
    return textOfStates([...this.#states.values()].filter(({ name }) => isOf(name)));
  }

  end(): Promise<void> {
    return this.#end();
  }

  #take(item: Item): void {
    if (item.type === 'engine') this.engineStates.push(item.state ?? '');
    this.hasBegun = true;
    if (item.part === 1) this.#states.clear();
    for (const { id, name, state } of item.containers ?? []) this.#states.set(id, { name, state });
    const { id, name = '', type = '' } = item;
    if (id === undefined) return;
    const state = STATES[type] ?? this.#states.get(id)?.state ?? 'unknown';
    if (type === 'removed') this.#states.delete(id);
    else this.#states.set(id, { name, state });
  }
}

interface Item {
  type?: string;
  state?: string;
  part?: number;
  containers?: { id: string; name: string; state: string }[];
  id?: string;
  name?: string;
}

/** What a container is after each change. */
const STATES: Record<string, string> = {
  created: 'created',
  started: 'running',
  unpaused: 'running',
  paused: 'paused',
  stopped: 'exited',
  died: 'exited',
};

/** The same text for the same containers, in whatever order. */
export function textOfStates(containers: readonly { name: string; state: string }[]): string {
  const states = containers.map(({ name, state }) => [name, state] as const);
  return JSON.stringify(Object.fromEntries(states.toSorted(([a], [b]) => (a < b ? -1 : 1))));
}
