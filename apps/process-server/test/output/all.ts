import type { Reader } from '../../src/output/reader.ts';

/** What a reader comes to, as text: bytes, `(gap 0-9)` and `(end)`. */
export async function all(reader: Reader, until?: number): Promise<Record<'stdout' | 'stderr', string>> {
  const text = { stdout: '', stderr: '' };
  for (let part = await reader.next(until); part; part = await reader.next(until)) {
    if ('gap' in part) text.stdout += `(gap ${part.gap.from}-${part.gap.to})`;
    else if ('end' in part) text[part.channel] += '(end)';
    else {
      text[part.channel] += Buffer.from(part.bytes).toString('latin1');
      reader.passed(part.bytes.length);
    }
  }
  return text;
}
