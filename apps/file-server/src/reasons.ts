import { ProtocolError } from '@sextant/protocol/errors';

export function notFound(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

export function unservable(path: string): ProtocolError {
  return new ProtocolError(
    'invalid_params',
    `${quote(path)} is not a regular file: a folder is listed with file.list, and what is neither is not served.`,
  );
}

/** The system's refusal in the words of the path that the client used; never a path of this machine. */
export function explain(error: unknown, path: string): unknown {
  switch (codeOf(error)) {
    case 'ENOENT':
      return new ProtocolError('not_found', `There is no ${quote(path)}.`);
    case 'ENOTDIR':
    case 'ELOOP':
      return new ProtocolError(
        'not_found',
        `There is no ${quote(path)}: part of it is no folder. Links are not followed.`,
        { reason: codeOf(error) },
      );
    case 'EISDIR':
      return new ProtocolError('exists', `${quote(path)} is a folder.`);
    case 'EEXIST':
    case 'ENOTEMPTY':
      return new ProtocolError('exists', `${quote(path)} is there already; say overwrite to replace it.`);
    case 'EACCES':
    case 'EPERM':
      return new ProtocolError('forbidden', `This service may not touch ${quote(path)}.`);
    case 'ENAMETOOLONG':
      return new ProtocolError('invalid_params', 'The path is longer than this file system takes.');
    case 'ENOSPC':
    case 'EDQUOT':
      return new ProtocolError(
        'quota',
        'The disk of the service is full; nothing was published. Free some room and try again.',
      );
    case 'EROFS':
    case 'EIO':
      return new ProtocolError('unavailable', 'The disk of the service cannot be written; nothing was published.');
    case undefined:
    default:
      return error;
  }
}

function codeOf(error: unknown): string | undefined {
  return Error.isError(error) && 'code' in error ? String(error.code) : undefined;
}

function quote(path: string): string {
  return path === '' ? 'the served folder' : JSON.stringify(path);
}
