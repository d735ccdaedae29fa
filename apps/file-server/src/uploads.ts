import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { FileEntry } from '@sextant/protocol/file';
import type { Disk } from './disk/disk.ts';
import { UPLOADS_FOLDER } from './path.ts';
import type { Root } from './root.ts';
import { Upload, type UploadPlan } from './upload.ts';

/** Unfinished uploads at a time: each costs a descriptor. */
const MAX_UPLOADS = 256;

/** The uploads under way, by id. What was written stays on disk when a client or the service goes, to be continued. */
export class Uploads {
  readonly #root: Root;
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #open = new Map<string, Promise<Upload>>();
  /** Stops waiting for the end of the connection that opened an upload last. */
  readonly #release = new Map<string, () => void>();

  private constructor(root: Root, folder: string, disk: Disk) {
    this.#root = root;
    this.#disk = disk;
    this.#folder = folder;
  }

  static async open(root: Root, disk: Disk): Promise<Uploads> {
    const folder = join(root.folder, UPLOADS_FOLDER);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Without size and digest nobody can name an upload again, so those cannot be continued.
    const lost = (await readdir(folder)).filter((name) => name.startsWith(ONCE));
    await Promise.all(lost.map((name) => rm(join(folder, name), { force: true })));
    return new Uploads(root, folder, disk);
  }

  async close(): Promise<void> {
    const uploads = await Promise.all(this.#open.values());
    this.#open.clear();
    await Promise.all(uploads.map((upload) => upload.close()));
  }

  /** Begins an upload, or finds the one of the same path, size and digest. */
  async begin(plan: UploadPlan, over: AbortSignal): Promise<{ upload: string; offset: number }> {
    await this.#check(plan);
    const id = idOf(plan);
    const known = this.#open.get(id);
    if (!known && this.#open.size >= MAX_UPLOADS) {
      throw new ProtocolError('busy', `${MAX_UPLOADS} uploads are unfinished; finish or abort one first.`);
    }
    const opening = known ?? Upload.open(join(this.#folder, id), plan, this.#disk);
    this.#open.set(id, opening);
    this.#endWith(over, id);
    try {
      return { upload: id, offset: (await opening).offset };
    } catch (error) {
      this.#drop(id);
      throw error;
    }
  }

  #endWith(over: AbortSignal, id: string): void {
    // What cannot be removed now is removed at the next start.
    const leave = (): void => void this.#leave(id).catch(() => {});
    this.#release.get(id)?.();
    this.#release.set(id, () => over.removeEventListener('abort', leave));
    over.addEventListener('abort', leave, { once: true });
  }

  /** Its client is gone: what can be named again waits on disk, what cannot is dropped. */
  async #leave(id: string): Promise<void> {
    const opening = this.#open.get(id);
    this.#drop(id);
    const upload = await opening?.catch(() => undefined);
    if (upload?.over === false) await (id.startsWith(ONCE) ? upload.discard() : upload.close());
  }

  async write(id: string, offset: number, parts: readonly Uint8Array[]): Promise<number> {
    return (await this.#find(id)).write(offset, parts);
  }

  async commit(id: string, digest: string | undefined): Promise<FileEntry & { digest: string }> {
    const upload = await this.#find(id);
    try {
      return await upload.publish(this.#root, digest);
    } finally {
      if (upload.over) this.#drop(id);
    }
  }

  async abort(id: string): Promise<void> {
    const upload = await this.#find(id);
    this.#drop(id);
    await upload.discard();
  }

  /** Says early what commit would refuse late: the place is taken, or cannot be. */
  async #check({ path, overwrite }: UploadPlan): Promise<void> {
    const there = await this.#root.stat(path).catch((error: unknown) => {
      // Nothing is there, and something can be: no part of the path is a file.
      if (isErrorType(error, 'not_found') && error.data['reason'] === undefined) return undefined;
      throw error;
    });
    if (there?.type === 'directory') throw new ProtocolError('exists', `${JSON.stringify(path)} is a folder.`);
    if (there && !overwrite) {
      throw new ProtocolError('exists', `${JSON.stringify(path)} is there already; say overwrite to replace it.`);
    }
  }

  #drop(id: string): void {
    this.#open.delete(id);
    this.#release.get(id)?.();
    this.#release.delete(id);
  }

  #find(id: string): Promise<Upload> {
    const upload = this.#open.get(id);
    if (upload) return upload;
    throw new ProtocolError(
      'not_found',
      'There is no such upload: it was published or dropped, or the service has started anew since. Open it again.',
    );
  }
}

/** The names of uploads that cannot be continued begin so. */
const ONCE = 'once-';

function idOf({ path, sizeBytes, digest, overwrite }: UploadPlan): string {
  if (sizeBytes === undefined || digest === undefined) return `${ONCE}${randomUUID()}`;
  return createHash('sha256').update(`${path}\0${sizeBytes}\0${digest}\0${overwrite}`).digest('hex').slice(0, 32);
}
