import { describe, expect, it } from '@jest/globals';
import { readProgress } from '../../src/engine/pull.ts';

const SAID = [
  '{"status":"Pulling from library/größe","id":"latest"}\r\n',
  '{"status":"Downloading","progressDetail":{"current":7,"total":9},"progress":"[=>  ]","id":"0a1b"}\n\n',
  '{"status":"Extracting","progressDetail":{"current":-1,"total":-1},"id":"0a1b"}\n',
  '{"aux":{}}\n',
  '{"status":"Digest: sha256:00"}',
].join('');

const MEANT = [
  { layer: 'latest', status: 'Pulling from library/größe' },
  { layer: '0a1b', status: 'Downloading', currentBytes: 7, totalBytes: 9 },
  { layer: '0a1b', status: 'Extracting' },
  { status: 'Digest: sha256:00' },
];

async function* cut(text: string, at: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  yield bytes.subarray(0, at);
  yield bytes.subarray(at);
}

describe('readProgress', () => {
  it('reads the same wherever the bytes are cut', async () => {
    for (let at = 0; at <= SAID.length; at += 1) {
      expect(await Array.fromAsync(readProgress(cut(SAID, at)))).toEqual(MEANT);
    }
  });

  it('fails with what the engine says', async () => {
    const said = '{"status":"Downloading"}\n{"errorDetail":{"message":"unexpected EOF"},"error":"unexpected EOF"}\n';
    const seen: unknown[] = [];
    const reading = async (): Promise<void> => {
      for await (const item of readProgress(cut(said, 9))) seen.push(item);
    };
    await expect(reading()).rejects.toMatchObject({
      type: 'unavailable',
      message: 'The Docker engine says: unexpected EOF.',
    });
    expect(seen).toEqual([{ status: 'Downloading' }]);
  });
});
