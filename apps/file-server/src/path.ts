import { ProtocolError } from '@sextant/protocol/errors';

/** The folder of unfinished uploads, inside the served one so that publishing is a rename; clients cannot name it. */
export const UPLOADS_FOLDER = '.uploads';

/** Bytes of one name: what every file system in use takes. */
const MAX_NAME_BYTES = 255;

/**
 * The names of a path as clients write it, checked one by one. Nothing is decoded and nothing resolved: what could lead
 * out is refused, not repaired.
 * @throws ProtocolError `invalid_params`
 */
export function splitPath(path: string): string[] {
  if (path === '') return [];
  const names = path.split('/');
  for (const name of names) checkName(name);
  if (names[0] === UPLOADS_FOLDER) throw refused(`"${UPLOADS_FOLDER}" is this service's own`);
  return names;
}

function checkName(name: string): void {
  if (name === '' || name === '.' || name === '..')
    throw refused('names stand between single "/", none of them "." or ".."');
  if (hasControlCharacter(name) || name.includes('\\')) throw refused('names have no control character and no "\\"');
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) throw refused(`a name has at most ${MAX_NAME_BYTES} bytes`);
}

function hasControlCharacter(name: string): boolean {
  return name.split('').some((character) => character < ' ' || character === '\u007f');
}

function refused(why: string): ProtocolError {
  return new ProtocolError('invalid_params', `Not a path of this service: ${why}. Try "folder/name".`, {
    issues: [{ path: 'path', code: 'custom', message: why }],
  });
}
