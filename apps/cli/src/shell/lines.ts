import { StringDecoder } from 'node:string_decoder';

/** Characters after which a line that does not end is shown all the same. */
const LONGEST = 64 * 1024;

/** Bytes of a program's output to the lines in them. */
export class Lines {
  readonly #decoder = new StringDecoder();
  #rest = '';

  /** The lines that are complete now. */
  push(bytes: Uint8Array): string[] {
    const lines = (this.#rest + this.#decoder.write(bytes)).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > LONGEST) lines.push(...this.end());
    return lines.map(withoutReturn);
  }

  /** What came after the last line feed. */
  end(): string[] {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = '';
    return rest === '' ? [] : [withoutReturn(rest)];
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
