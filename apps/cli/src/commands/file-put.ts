import { fileService } from '@sextant/protocol/file';
import type { Command } from 'commander';
import { remotePathOf, STANDARD } from '../files/paths.ts';
import { upload, uploadStdin, type Uploaded } from '../files/upload.ts';
import { interruptible } from '../interrupt.ts';
import { bytes, printJson, rate, say } from '../output.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { localFiles, remoteFiles } from '../completion/names.ts';
import { completed } from '../completion/source.ts';

const HELP = `
Others see it once it is whole, before that not at all. After an interruption the same command goes on where it was;
only what comes from stdin begins anew.

  $ ${SELF} file put report.pdf
  $ ${SELF} file put report.pdf reports/
  $ tar c photos | ${SELF} file put - photos.tar`;

interface PutOptions extends CommonOptions {
  overwrite?: boolean;
}

export function addFilePutCommand(file: Command): void {
  file
    .command('put')
    .description('upload a file')
    .addArgument(completed('<local>', 'which file, or - for stdin', localFiles))
    .addArgument(
      completed(
        '[remote]',
        'its path on the server; what ends in / is a folder; its own name unless given',
        remoteFiles,
      ),
    )
    .option('--overwrite', 'replace what is there')
    .addHelpText('after', HELP)
    .action(async (local: string, remote: string | undefined, _options, command: Command) => {
      const options: PutOptions = command.optsWithGlobals();
      const start = performance.now();
      const { entry, sentBytes } = await put(local, remotePathOf(local, remote), options);
      if (options.json) return printJson(entry);
      const before = entry.sizeBytes - sentBytes;
      const went = before > 0 ? `${bytes(before)} were there already, the rest came` : bytes(sentBytes);
      say(`Put ${entry.path}: ${went} ${rate(sentBytes, performance.now() - start)}.`);
    });
}

function put(local: string, remote: string, options: PutOptions): Promise<Uploaded> {
  const overwrite = options.overwrite === true;
  return interruptible((signal) =>
    local === STANDARD
      ? withService(fileService, options, (files) => uploadStdin(files, { remote, overwrite }, signal))
      : upload(options, { local, remote, overwrite }, signal),
  );
}
