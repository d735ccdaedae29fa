import type { PullProgress } from '@sextant/protocol/container-schemas';
import type Docker from 'dockerode';
import { pathOf, type ImageDetails } from '../image/image.ts';
import type { EngineLink } from './link.ts';
import { readProgress } from './pull.ts';
import { notPulled, stalled } from './refusals.ts';

/** Milliseconds in which an image, however large, is removed. */
const REMOVAL_MS = 100_000;

/** What became of a removed image, part by part. */
export interface RemovedPart {
  Untagged?: string;
  Deleted?: string;
}

/** The images of an engine. */
export class EngineImages {
  readonly #link: EngineLink;
  readonly #pullStallMs: number;

  constructor(link: EngineLink, pullStallMs: number) {
    this.#link = link;
    this.#pullStallMs = pullStallMs;
  }

  /** Pulls an image, telling its progress. Ends the pull when `cancel` aborts or nobody takes the progress any more. */
  async *pull(image: string, cancel: AbortSignal): AsyncGenerator<PullProgress> {
    const over = new AbortController();
    try {
      const options = { fromImage: image, abortSignal: over.signal };
      const stream = await this.#link.fresh((docker) => docker.createImage(options), this.#pullStallMs, cancel);
      yield* readProgress(this.#link.inTime(stream, cancel));
    } catch (error) {
      throw notPulled(stalled(error, image), image);
    } finally {
      over.abort();
    }
  }

  list(): Promise<Docker.ImageInfo[]> {
    return this.#link.read((docker, abortSignal) => {
      const options = { abortSignal };
      return docker.listImages(options);
    });
  }

  /** An image that has this full name, or id. */
  async look(name: string): Promise<ImageDetails> {
    const options = { path: `/images/${pathOf(name)}/json`, method: 'GET', statusCodes: { 200: true } };
    // dockerode's own look at an image takes no signal.
    return this.#link.read(
      (docker, abortSignal) =>
        new Promise<ImageDetails>((resolve, reject) => {
          docker.modem.dial({ ...options, abortSignal }, (error: unknown, image: unknown) =>
            error ? reject(error) : resolve(image as ImageDetails),
          );
        }),
    );
  }

  /** Removes a name of an image, the image with its last one; by its id, all of it. Only what the engine has listed: the name becomes a path. */
  remove(name: string, force: boolean): Promise<RemovedPart[]> {
    return this.#link.change((docker, abortSignal) => {
      const options = { force, abortSignal };
      return docker.getImage(name).remove(options) as Promise<RemovedPart[]>;
    }, REMOVAL_MS);
  }
}
