import { fileService } from '@sextant/protocol/file';
import type { Command } from 'commander';
import { download, downloadToStdout } from '../files/download.ts';
import { localPathOf, STANDARD } from '../files/paths.ts';
import { interruptible } from '../interrupt.ts';
import { bytes, printJson, rate, say } from '../output.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { localFiles, remoteFiles } from '../completion/names.ts';
import { completed } from '../completion/source.ts';

const HELP = `
It appears under its name once it is whole and its digest is right, before that not at all.

  $ ${SELF} file get reports/report.pdf
  $ ${SELF} file get reports/report.pdf /tmp/
  $ ${SELF} file get photos.tar - | tar t`;

interface GetOptions extends CommonOptions {
  overwrite?: boolean;
}

export function addFileGetCommand(file: Command): void {
  file
    .command('get')
    .description('download a file')
    .addArgument(completed('<remote>', 'which file of the server', remoteFiles))
    .addArgument(
      completed(
        '[local]',
        'where to save it: a name, a folder, or - for stdout; here under its own name unless given',
        localFiles,
      ),
    )
    .option('--overwrite', 'replace what is there')
    .addHelpText('after', HELP)
    .action(async (remote: string, local: string | undefined, _options, command: Command) => {
      const options: GetOptions = command.optsWithGlobals();
      if (local === STANDARD) await withService(fileService, options, (files) => downloadToStdout(files, remote));
      else await get(remote, await localPathOf(remote, local), options);
    });
}

async function get(remote: string, local: string, options: GetOptions): Promise<void> {
  const start = performance.now();
  const plan = { remote, local, overwrite: options.overwrite === true };
  const done = await interruptible((signal) => download(options, plan, signal));
  if (options.json) printJson({ ...done, local });
  else say(`Saved ${local}: ${bytes(done.sizeBytes)} ${rate(done.sizeBytes, performance.now() - start)}.`);
}
