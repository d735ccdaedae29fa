import { expect, it } from '@jest/globals';
import { fullName } from '../../src/image/image.ts';

it.each([
  ['busybox', 'busybox:latest'],
  ['busybox:1', 'busybox:1'],
  ['localhost:5000/a/b', 'localhost:5000/a/b:latest'],
  ['localhost:5000/a/b:2', 'localhost:5000/a/b:2'],
  ['a@sha256:0123', 'a@sha256:0123'],
  ['sha256:0123', 'sha256:0123'],
])('%s means %s', (image, meant) => {
  expect(fullName(image)).toBe(meant);
});

it.each(['busybox:', 'localhost:5000/a:'])('%s is refused: the engine would pull every tag', (image) => {
  expect(() => fullName(image)).toThrow(expect.objectContaining({ type: 'invalid_params' }));
});
