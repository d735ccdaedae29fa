/** What a terminal might obey, and what turns the direction of text around. */
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Text of others as it may be shown in a terminal: its control characters are seen instead of obeyed. */
export function visible(text: string): string {
  return text.replaceAll(UNSEEN, (character) => picture(character.codePointAt(0) ?? 0));
}

function picture(code: number): string {
  if (code === 0x09) return '\t';
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `<${code.toString(16)}>`;
}
