import type { FileEntry, fileService } from '@sextant/protocol/file';
import type { HandlerOf } from '@sextant/service/handler';
import { pageOf } from '@sextant/service/page';
import type { Root } from '../root.ts';

export function list(root: Root): HandlerOf<typeof fileService, 'file.list'> {
  return async ({ path, ...asked }) => {
    const names = await root.list(path);
    const page = pageOf(names, (name) => name, asked);
    const entries = await Promise.all(page.items.map((name) => statIfThere(root, path ? `${path}/${name}` : name)));
    // Cut again: entries are longer than their names.
    const { items, next = page.next } = pageOf(
      entries.filter((entry) => entry !== undefined),
      (entry) => entry.name,
      { limit: asked.limit },
    );
    return next === undefined ? { items } : { items, next };
  };
}

/** A file may be gone between its listing and its look-up. */
async function statIfThere(root: Root, path: string): Promise<FileEntry | undefined> {
  return root.stat(path).catch(() => undefined);
}
