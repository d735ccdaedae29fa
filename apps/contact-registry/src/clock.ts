/** The time as text, which is made once for each millisecond. */
export class Clock {
  #at = Number.NaN;
  #text = '';

  now(): string {
    const at = Date.now();
    if (at !== this.#at) {
      this.#at = at;
      this.#text = new Date(at).toISOString();
    }
    return this.#text;
  }
}
