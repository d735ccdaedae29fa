import { usageError, type ShellCommand } from './command.ts';

export const add = calculation('add', 'add numbers');
export const sub = calculation('sub', 'subtract the others from the first');
export const mult = calculation('mult', 'multiply numbers');
export const div = calculation('div', 'divide the first by the others');

function calculation(name: 'add' | 'sub' | 'mult' | 'div', summary: string): ShellCommand {
  const usage = `${name} NUMBERS`;
  return {
    usage,
    summary,
    async run(shell, numbers, signal) {
      if (numbers.length === 0) throw usageError(usage);
      // As text: what was typed may have more digits than a double.
      const { result } = await shell.link.client.call(`calc.${name}`, { numbers }, { signal });
      await shell.print(String(result), { result });
    },
  };
}
