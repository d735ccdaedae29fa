import { styleText } from 'node:util';
import type { ChatItem } from '@sextant/protocol/chat';
import { dim } from '../output.ts';
import { localTime } from '../time.ts';
import { visible } from '../visible.ts';

const COLOURS = [
  'cyan',
  'magenta',
  'yellow',
  'green',
  'blue',
  'redBright',
  'cyanBright',
  'magentaBright',
  'greenBright',
] as const;

/** What happened in a room, as people read it. The words are others': no character of them reaches the terminal's controls. */
export function itemText({ type, from, text = '', at }: ChatItem): string {
  const time = dim(localTime(at).slice(0, -':ss'.length));
  const who = visible(from);
  if (type === 'joined') return `${time} ${dim(`-> ${who} joined`)}`;
  if (type === 'left') return `${time} ${dim(`<- ${who} left`)}`;
  // The lines after the first stand further in: none can pass for somebody else's.
  const words = text.split('\n').map(visible).join('\n      ');
  return type === 'message' ? `${time} ${coloured(who)}: ${words}` : `${time} ${dim(`* ${who}: ${words}`)}`;
}

/** A line for what can no longer be had. */
export function gapText(from: number, to: number): string {
  const count = to - from + 1;
  return dim(
    `-- ${count === 1 ? 'one item is' : `${count} items are`} missing here: the server no longer has ${count === 1 ? 'it' : 'them'}`,
  );
}

/** One colour for one nick, the same for everybody. */
function coloured(nick: string): string {
  let sum = 0;
  for (const character of nick) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return styleText(COLOURS[sum % COLOURS.length] ?? 'cyan', nick);
}
