import { fileService, type FileEntry } from '@sextant/protocol/file';
import type { Command } from 'commander';
import { bytes, duration, print, printJson } from '../output.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { addFileGetCommand } from './file-get.ts';
import { addFileListCommand } from './file-ls.ts';
import { addFilePutCommand } from './file-put.ts';
import { remoteFiles } from '../completion/names.ts';
import { completed } from '../completion/source.ts';

const HELP = `
  $ ${SELF} file put report.pdf reports/
  $ ${SELF} file ls reports
  $ ${SELF} file get reports/report.pdf
  $ tar c photos | ${SELF} file put - photos.tar
  $ ${SELF} file get photos.tar - | tar t`;

export function addFileCommands(program: Command): void {
  const file = program
    .command('file')
    .description('list, get and put files of the file-server')
    .addHelpText('after', HELP);
  addFileListCommand(file);
  addFileGetCommand(file);
  addFilePutCommand(file);
  addStat(file);
  addInfo(file);
  addTime(file);
}

function addStat(file: Command): void {
  file
    .command('stat')
    .description('say what a path is')
    .addArgument(completed('<path>', '', remoteFiles))
    .action(async (path: string, _options, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals();
      const entry = await withService(fileService, options, (files) => files.call('file.stat', { path }));
      if (options.json) printJson(entry);
      else print(describe(entry));
    });
}

function addInfo(file: Command): void {
  file
    .command('info')
    .description('say what the server holds, and for how long it is up')
    .action(async (_options, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals();
      const info = await withService(fileService, options, (files) => files.call('file.info', {}));
      if (options.json) return printJson(info);
      print(info.message);
      print(`${bytes(info.sizeBytes)} held, ${bytes(info.freeBytes)} free, up for ${duration(info.uptimeMs)}`);
    });
}

function addTime(file: Command): void {
  file
    .command('time')
    .description("tell the server's time")
    .action(async (_options, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals();
      const answer = await withService(fileService, options, (files) => files.call('file.time', {}));
      if (options.json) printJson(answer);
      else print(answer.time);
    });
}

function describe({ path, type, sizeBytes, modifiedAt }: FileEntry): string {
  const what = type === 'directory' ? 'folder' : `file, ${bytes(sizeBytes)}`;
  return `${path}: ${what}, changed ${new Date(modifiedAt).toLocaleString()}`;
}
