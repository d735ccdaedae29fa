import { ProtocolError } from '@sextant/protocol/errors';

/**
 * An image's full name: without tag or digest, `:latest` is meant. The engine would pull every tag there is.
 * @throws ProtocolError `invalid_params` if the tag is empty, which the engine takes for none.
 */
export function fullName(image: string): string {
  if (image.endsWith(':')) {
    throw new ProtocolError('invalid_params', 'The image ends in ":" without a tag. Try "name:latest".', {
      issues: [{ path: 'image', code: 'custom', message: 'has an empty tag' }],
    });
  }
  // A colon before the last "/" belongs to the port of a registry.
  return /[:@]/.test(image.slice(image.lastIndexOf('/') + 1)) ? image : `${image}:latest`;
}

interface ImageConfig {
  Env?: string[] | null;
  Cmd?: string[] | null;
  Labels?: Record<string, string> | null;
  ExposedPorts?: Record<string, object> | null;
}

/** What there is to an image, as far as containers get it from there. */
export interface ImageDetails {
  Id: string;
  Config?: ImageConfig | null;
}

/**
 * A name or id as a part of a path, which leads nowhere else.
 * @throws ProtocolError `invalid_params` if it is none.
 */
export function pathOf(image: string): string {
  if (/^(?!.*\.\.)\w[\w./:@-]*$/.test(image)) return image;
  throw new ProtocolError('invalid_params', `${JSON.stringify(image)} is not the name of an image.`);
}
