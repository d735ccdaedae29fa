import { readFileSync } from 'node:fs';
import type { TerminalSize } from '@sextant/protocol/values';

/** The size of our terminal, if there is one. */
export function terminalSize(): TerminalSize | undefined {
  const { isTTY, columns, rows } = process.stdout;
  return isTTY && columns > 0 && rows > 0 ? { columns, rows } : undefined;
}

/** False for a background job of a shell, as far as the system tells: the terminal is another's then, to read from and to set. */
export function isForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return group === foreground;
  } catch {
    return true;
  }
}

/** Every key goes to the program from now on, Ctrl-C too, and it hears when the window changes; unless this is no terminal. */
export function lendTerminal(program: { send(size: TerminalSize): void }): void {
  if (!process.stdin.isTTY) return;
  process.stdin.setRawMode(true);
  // Whoever stopped this command meanwhile had the terminal as usual.
  process.on('SIGCONT', () => process.stdin.setRawMode(false).setRawMode(true));
  process.stdout.on('resize', () => {
    const size = terminalSize();
    if (size) program.send(size);
  });
}

/** The keys are ours again. @param left its program goes on, or went without a word: what it made of the terminal is undone. */
export function takeBackTerminal(left: boolean): void {
  const { stdin, stdout } = process;
  if (!stdin.isTTY) return;
  if (left && stdin.isRaw && stdout.isTTY) stdout.write(USUAL);
  stdin.setRawMode(false);
}

/** The usual screen, a cursor, no mouse, keys and colours as ever. */
const USUAL = '\u001b[?47l\u001b[?25h\u001b[?1000;1002;1003;1006l\u001b[?2004l\u001b[?1l\u001b>\u001b[0m';
