import type { TerminalSize } from '@sextant/protocol/values';

/** The size of our terminal, if there is one. */
export function terminalSize(): TerminalSize | undefined {
  const { isTTY, columns, rows } = process.stdout;
  return isTTY && columns > 0 && rows > 0 ? { columns, rows } : undefined;
}

/** Every key goes to the program from now on, Ctrl-C too, and it hears when the window changes; unless this is no terminal. */
export function lendTerminal(program: { send(size: TerminalSize): void }): void {
  if (!process.stdin.isTTY) return;
  process.stdin.setRawMode(true);
  process.stdout.on('resize', () => {
    const size = terminalSize();
    if (size) program.send(size);
  });
}
