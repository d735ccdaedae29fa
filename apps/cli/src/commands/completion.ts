import { Argument, type Command } from 'commander';
import { SCRIPTS, SHELLS, type Shell } from '../completion/scripts.ts';
import { print } from '../output.ts';
import { SELF } from '../self.ts';

const HELP = `
It completes commands, options, and names that services know at the time: containers, images, files, programs, rooms.
Put one of these into the file that your shell reads when it starts:

  ~/.bashrc                     source <(${SELF} completion bash)
  ~/.zshrc, after compinit      source <(${SELF} completion zsh)
  ~/.config/fish/config.fish    ${SELF} completion fish | source`;

export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('print the script with which a shell completes what is typed')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText('after', HELP)
    .action((shell: Shell) => print(SCRIPTS[shell]()));
}
