import type { Image } from '@sextant/protocol/container-schemas';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import { closest } from '@sextant/service/closest';
import type Docker from 'dockerode';
import type { EngineImages } from '../engine/images.ts';
import { fullName } from './image.ts';

type Listed = Docker.ImageInfo;

/** Names of one image that are told: a line must hold them. */
const MAX_NAMES = 64;
const ALGORITHM = 'sha256:';

export function imageOf(listed: Listed): Image {
  const { Id, Size, Created, Containers } = listed;
  return {
    id: Id,
    names: tagsOf(listed).slice(0, MAX_NAMES),
    sizeBytes: Size,
    createdAt: new Date(Created * 1000).toISOString(),
    // Most engines say -1: not counted.
    ...(Containers >= 0 && { containers: Containers }),
  };
}

/**
 * The image that a target names, and what the engine is to be told of it: that name, or the id.
 * @throws ProtocolError `not_found`, or `conflict` if it names several.
 */
export function findImage(images: readonly Listed[], target: string): { id: string; name: string } {
  const full = fullName(target);
  const named = images.find((image) => tagsOf(image).includes(full) || image.RepoDigests?.includes(full));
  if (named) return { id: named.Id, name: full };
  const id = target.startsWith(ALGORITHM) ? target : ALGORITHM + target;
  const [found, ...others] = images.filter(({ Id }) => Id.startsWith(id));
  if (others.length > 0) {
    throw new ProtocolError(
      'conflict',
      `${others.length + 1} ids begin with ${JSON.stringify(target)}; write more of it, or the name.`,
    );
  }
  if (found && id !== ALGORITHM) return { id: found.Id, name: found.Id };
  const suggestions = similarImages(images, target);
  const hint = suggestions.length > 0 ? ` Did you mean ${suggestions.join(' or ')}?` : '';
  throw new ProtocolError('not_found', `The engine has no image ${JSON.stringify(target)}.${hint}`, { suggestions });
}

/** Names of images that one may have meant. */
export function similarImages(images: readonly Listed[], name: string): string[] {
  return closest(name, images.flatMap(tagsOf));
}

/**
 * What the engine is to be told of an image: its full name, or the id of one that is meant by that.
 * @throws ProtocolError `conflict` if several ids begin like that.
 */
export async function nameOrId(images: Pick<EngineImages, 'list'>, image: string): Promise<string> {
  if (!/^(?:sha256:)?[0-9a-f]{12,64}$/.test(image)) return fullName(image);
  try {
    return findImage(await images.list(), image).name;
  } catch (error) {
    if (!isErrorType(error, 'not_found')) throw error;
    return fullName(image);
  }
}

/** An engine says null for none, or the name "<none>". */
function tagsOf({ RepoTags }: { RepoTags: string[] | null | undefined }): string[] {
  return (RepoTags ?? []).filter((tag) => !tag.startsWith('<none>'));
}
