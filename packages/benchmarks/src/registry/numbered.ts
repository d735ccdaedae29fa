/** Stands where a number goes; of the same length as every one of them. */
export const NUMBER = '0000000000';

/** The first number that is as long as all the others. */
export const FIRST = 1_000_000_000;

/** Bytes that are made once, with a number in some places. */
export class Numbered {
  readonly #template: Buffer;
  readonly #places: readonly number[];

  constructor(template: string | Buffer) {
    this.#template = Buffer.from(template);
    this.#places = placesIn(this.#template);
  }

  get length(): number {
    return this.#template.length;
  }

  write(target: Buffer, at: number, number: number): void {
    this.#template.copy(target, at);
    const digits = String(number);
    for (const place of this.#places) target.write(digits, at + place, 'latin1');
  }
}

function placesIn(template: Buffer): number[] {
  const places: number[] = [];
  for (let at = template.indexOf(NUMBER); at !== -1; at = template.indexOf(NUMBER, at + NUMBER.length)) places.push(at);
  return places;
}
