import type { containerService } from '@sextant/protocol/container';
import type { HandlerOf } from '@sextant/service/handler';
import { pageOf } from '@sextant/service/page';
import { imageOf } from '../image/images.ts';
import type { Parts } from '../parts.ts';

export function listImages({ engine }: Parts): HandlerOf<typeof containerService, 'image.list'> {
  return async (asked) => {
    const images = (await engine.images.list()).map(imageOf);
    return pageOf(
      images.sort((a, b) => (age(a) < age(b) ? -1 : 1)),
      age,
      asked,
    );
  };
}

/** The newest first; of the same second, by id: as a page's cursor. */
function age({ id, createdAt }: { id: string; createdAt: string }): string {
  return String(Number.MAX_SAFE_INTEGER - Date.parse(createdAt)) + id;
}
