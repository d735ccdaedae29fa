import { randomUUID } from 'node:crypto';
import { docker, IMAGE } from './real-engine.ts';

/** The containers of one test, known by a label. `await using` removes them, whoever made them. */
export interface Labelled extends AsyncDisposable {
  /** Params of each of them: never started unless more is said. */
  readonly params: { image: string; labels: Record<string, string>; start: false };
  /** For `docker create`. */
  readonly flags: readonly string[];
  /** Their ids, as the engine has them. */
  ids(): Promise<string[]>;
  /** Something of each of them, in words of `docker ps --format`. */
  list(format: string): Promise<string[]>;
}

export function labelled(): Labelled {
  const label = `test-${randomUUID()}`;
  const list = async (format: string): Promise<string[]> => {
    const found = await docker('ps', '--all', '--no-trunc', '--filter', `label=${label}`, '--format', format);
    return found === '' ? [] : found.split('\n');
  };
  const ids = (): Promise<string[]> => list('{{.ID}}');
  return {
    params: { image: IMAGE, labels: { [label]: 'x' }, start: false },
    flags: ['--label', `${label}=x`],
    ids,
    list,
    async [Symbol.asyncDispose]() {
      const left = await ids();
      if (left.length > 0) await docker('rm', '--force', '--volumes', ...left);
    },
  };
}
