interface Kind {
  /** Contacts of it. */
  count: number;
  next: number;
}

/**
 * Names for those who want none in particular: `kind-1`, `kind-2` and so on, from the beginning again once nobody of the
 * kind is left. So a name is not given to another while its last owner may want it back.
 */
export class FreeNames {
  readonly #kinds = new Map<string, Kind>();

  came(kind: string): void {
    const known = this.#kinds.get(kind);
    if (known) known.count += 1;
    else this.#kinds.set(kind, { count: 1, next: 1 });
  }

  went(kind: string): void {
    const known = this.#kinds.get(kind);
    if (!known) return;
    known.count -= 1;
    if (known.count === 0) this.#kinds.delete(kind);
  }

  /** A name that nobody has. */
  take(kind: string, isHeld: (name: string) => boolean): string {
    const known = this.#kinds.get(kind) ?? { count: 0, next: 1 };
    for (;;) {
      const name = `${kind}-${known.next}`;
      if (!isHeld(name)) return name;
      known.next += 1;
    }
  }
}
