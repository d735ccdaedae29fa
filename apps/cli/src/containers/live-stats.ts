import type { Client } from '@sextant/client/client';
import { dim } from '../output.ts';
import type { containerService } from '@sextant/protocol/container';
import type { ContainerItem } from '@sextant/protocol/container-schemas';
import { isErrorType } from '@sextant/protocol/errors';
import { MOST_LIVE, type Usage } from './stats.ts';
import { statsTable } from './stats-table.ts';

type Containers = Client<typeof containerService>;

/** One that runs. */
interface Followed {
  name: string;
  /** Ends its stream; none has begun where there are too many. */
  over: AbortController | undefined;
  usage?: Usage;
}

/** What all containers use that run, those that start later too, until it is aborted. */
export class LiveStats {
  readonly #containers: Containers;
  readonly #signal: AbortSignal;
  readonly #changed: (usage: Usage | undefined) => void;
  readonly #running = new Map<string, Followed>();

  /** @param changed is told of what one uses, or of nothing where one came or went. */
  constructor(containers: Containers, signal: AbortSignal, changed: (usage: Usage | undefined) => void) {
    this.#containers = containers;
    this.#signal = signal;
    this.#changed = changed;
  }

  /** @throws ProtocolError why they cannot be watched, or the signal's reason. */
  async follow(): Promise<never> {
    const stream = this.#containers.open('container.events', {}, { signal: this.#signal });
    for await (const { item } of stream) {
      if (!item) continue;
      this.#take(item);
      this.#fill();
      this.#changed(undefined);
    }
    this.#signal.throwIfAborted();
    await stream.result;
    throw new Error('The service tells no more of its containers.');
  }

  /** A table of them, and how many more there are. */
  text(): string {
    const all = [...this.#running.values()];
    if (all.length === 0) return dim('No container runs; one that starts appears here. q leaves.');
    const waiting = all.filter(({ over }) => over === undefined).length;
    const more = waiting > 0 ? `${waiting} more run than are followed at a time; name those you mean. ` : '';
    return `${statsTable(all.flatMap(({ usage }) => usage ?? []))}\n${dim(`${more}q leaves.`)}`;
  }

  #take(item: ContainerItem): void {
    if ('gap' in item) {
      for (const id of this.#running.keys()) this.#drop(id);
    } else if (item.type === 'snapshot') {
      for (const { id, name, state } of item.containers) if (RUNNING.has(state)) this.#add(id, name);
    } else if (item.type === 'started') {
      this.#add(item.id, item.name);
    } else if (item.type === 'stopped' || item.type === 'died' || item.type === 'removed') {
      this.#drop(item.id);
    } else if (item.type === 'renamed') {
      this.#rename(item.id, item.name);
    }
  }

  #add(id: string, name: string): void {
    if (!this.#running.has(id)) this.#running.set(id, { name, over: undefined });
  }

  #drop(id: string): void {
    this.#running.get(id)?.over?.abort();
    this.#running.delete(id);
  }

  #rename(id: string, name: string): void {
    const found = this.#running.get(id);
    if (!found) return;
    found.name = name;
    if (found.usage) found.usage = { ...found.usage, name };
  }

  /** As many as a connection has room for. */
  #fill(): void {
    let count = 0;
    for (const [id, followed] of this.#running) {
      if ((count += 1) > MOST_LIVE) return;
      if (!followed.over) void this.#followOne(id, followed);
    }
  }

  /** Once it ends it is gone, or begins again with the next that happens. */
  async #followOne(id: string, followed: Followed): Promise<void> {
    const over = new AbortController();
    followed.over = over;
    const signal = AbortSignal.any([this.#signal, over.signal]);
    const stream = this.#containers.open('container.stats', { target: id }, { signal });
    for await (const { item } of stream) {
      if (!item || over.signal.aborted) continue;
      followed.usage = { id, name: followed.name, ...item };
      this.#changed(followed.usage);
    }
    await stream.result.catch((error: unknown) => {
      // What stopped before it could be asked about is told as a change.
      if (isErrorType(error, 'dependency_down')) followed.over = undefined;
    });
  }
}

const RUNNING: ReadonlySet<string> = new Set(['running', 'paused', 'restarting']);
