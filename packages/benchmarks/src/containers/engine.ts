/** Whoever can be asked for containers; each answer is waited for. */
export interface Engine extends AsyncDisposable {
  list(): Promise<void>;
  /** @returns its id. */
  create(name: string): Promise<string>;
  start(id: string): Promise<void>;
  /** Without a moment to end well: what is measured is the engine and the way to it. */
  stop(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  inspect?(id: string): Promise<void>;
}

/** Made by docker/test-image.sh. */
export const IMAGE = 'sextant/test:latest';
export const COMMAND = ['sleep', '1000'];
export const LABEL = 'sextant.managed=true';
/** What it writes is kept up to 30 MB, as by our service. Any such choice costs this engine 0.5 ms, so all ask for it. */
export const LOG = { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } };
