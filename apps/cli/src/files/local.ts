import { ProtocolError, type ErrorType } from '@sextant/protocol/errors';

const REASONS: Readonly<Record<string, readonly [ErrorType, string]>> = {
  ENOENT: ['not_found', 'there is no such file or folder here'],
  ENOTDIR: ['not_found', 'a part of that path is a file, not a folder'],
  EEXIST: ['exists', 'it is here already; --overwrite replaces it'],
  EISDIR: ['invalid_params', 'it is a folder'],
  EACCES: ['forbidden', 'you may not'],
  EPERM: ['forbidden', 'you may not'],
  EROFS: ['forbidden', 'that disk is read-only'],
  ENOSPC: ['quota', 'the disk is full'],
  EDQUOT: ['quota', 'your share of the disk is full'],
};

/** What went wrong with a file of this machine, in words of someone who has to do something about it. */
export function localError(path: string, cause: unknown): unknown {
  const code = Error.isError(cause) ? (cause as NodeJS.ErrnoException).code : undefined;
  if (code === undefined) return cause;
  const [type, reason] = REASONS[code] ?? ['internal', `it failed with ${code}`];
  return new ProtocolError(type, `${path}: ${reason}.`, {}, { cause });
}
