/** A question that may not be asked: engines allow all, proxies in front of them only some. */
export class Denied extends Error {
  override readonly name = 'Denied';

  constructor(method: string, path: string) {
    super(`${method} ${path.split('?', 1)[0]}`);
  }
}
