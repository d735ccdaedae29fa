import { ProtocolError } from '@sextant/protocol/errors';
import { join } from 'shlex';
import { SELF } from '../self.ts';

/** What the words of `container create` name. */
export interface CreationWords {
  name?: string;
  image: string;
  command?: string[];
}

/**
 * Tells a name, an image and a program apart.
 * @param words those before `--`.
 * @param program those after it.
 * @param named by an option.
 * @throws ProtocolError that shows how to type it, where one cannot tell.
 */
export function readCreation(words: readonly string[], program: string[], named: string | undefined): CreationWords {
  const [first, second, ...more] = words;
  if (first === undefined) throw unclear('no image is named', ['web', 'nginx'], program);
  const name = second === undefined ? named : first;
  const image = second ?? first;
  if (more.length > 0) throw unclear('put -- before the program', [first, image], [...more, ...program]);
  if (named !== undefined && name !== named)
    throw unclear(`it is named ${first}, and ${named} with --name`, [named, image], program);
  return { image, ...(name !== undefined && { name }), ...(program.length > 0 && { command: program }) };
}

function unclear(what: string, words: readonly string[], program: readonly string[]): ProtocolError {
  return new ProtocolError('invalid_params', `Which is what? ${what}, such as: ${typed(words, program)}`);
}

function typed(words: readonly string[], program: readonly string[]): string {
  const behind = program.length > 0 ? ` -- ${join([...program])}` : '';
  return `${SELF} container create ${words.join(' ')}${behind}`;
}
