import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { describeUnless } from '@sextant/testing/describe-unless';
import { missingPrograms } from '@sextant/testing/missing';
import { temporaryFolder } from '@sextant/testing/rig';
import { spawnService } from '@sextant/testing/spawn';
import { describeWithEngine, docker, ENGINE, IMAGE } from './real-engine.ts';
import { randomUUID } from 'node:crypto';

const run = promisify(execFile);
const noPython = await missingPrograms('python3');

describeWithEngine('the README', () => {
  describeUnless(noPython)('from Python', () => {
    it('creates, follows, lists and removes a container', async () => {
      const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
      const [, program = ''] = /```python\n([^]*?)```/.exec(readme) ?? [];
      const name = `sextant-test-${randomUUID().slice(0, 8)}`;
      await using home = await temporaryFolder();
      await using service = await spawnService(
        new URL('../src/main.ts', import.meta.url),
        home.path,
        '--engine',
        ENGINE,
      );
      const env = { ...process.env, SEXTANT_HOME: home.path, CONTAINER_SERVER_PORT: String(service.port) };
      try {
        const { stdout } = await run('python3', ['-c', program, name, IMAGE], { env, timeout: 30_000 });
        expect(stdout).toBe(`${name} running\n1\n2\n3\n['${name}']\nremoved\n`);
      } finally {
        await docker('rm', '--force', name).catch(() => undefined);
      }
    });
  });
});
