/** Counts how often a word comes in a stream of bytes, also where it comes in two pieces. */
export class Ear {
  readonly #word: Buffer;
  readonly #heard: () => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(word: string, heard: () => void) {
    this.#word = Buffer.from(word);
    this.#heard = heard;
  }

  listen(bytes: Buffer): void {
    const most = this.#word.length - 1;
    // Only the seam is copied: there may be gigabytes of the rest.
    if (this.#rest.length > 0) this.#count(Buffer.concat([this.#rest, bytes.subarray(0, most)]));
    this.#count(bytes);
    const tail = bytes.length >= most ? bytes : Buffer.concat([this.#rest, bytes]);
    this.#rest = Buffer.from(tail.subarray(-most));
  }

  #count(bytes: Buffer): void {
    for (let at = bytes.indexOf(this.#word); at !== -1; at = bytes.indexOf(this.#word, at + 1)) this.#heard();
  }
}
