/** Whoever can be asked to run programs. */
export interface Runner {
  /** Resolves when the program has ended and all it printed has come. */
  run(program: string, ...args: string[]): Promise<void>;
  /** Resolves with the first byte of `text`, which the program prints. */
  hear(text: string, program: string, ...args: string[]): Promise<void>;
  /** Resolves once a program has printed so many bytes, and they have come. */
  pour(bytes: number, program: string, ...args: string[]): Promise<void>;
}
