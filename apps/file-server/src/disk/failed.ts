import type { Answer } from './messages.ts';

/** An answer that says why there is none. */
export function failed(id: number, error: unknown): Answer {
  if (!Error.isError(error)) return { id, code: '', message: String(error) };
  return { id, code: 'code' in error ? String(error.code) : '', message: error.message };
}
