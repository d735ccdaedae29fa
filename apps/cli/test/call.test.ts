import { describe, expect, it } from '@jest/globals';
import { SERVICES } from '@sextant/protocol/services';
import { temporaryFolder } from '@sextant/testing/rig';
import { spawnService } from '@sextant/testing/spawn';
import { jsonLines } from './services.ts';
import { run } from './sextant.ts';

const main = (service: string): URL => new URL(`../../${service}/src/main.ts`, import.meta.url);

describe('call', () => {
  it('lists every method of every service', async () => {
    const { stdout } = await run(['call', '--json']);
    const methods = SERVICES.flatMap((service) => Object.keys(service.methods));
    expect(jsonLines(stdout).map((row) => (row as { method: string }).method)).toEqual(methods);
  });

  it('asks any of them, with the token of the home', async () => {
    await using home = await temporaryFolder();
    await using service = await spawnService(main('process-server'), home.path);
    const at = ['--home', home.path, '--host', `127.0.0.1:${service.port}`];
    const sum = await run([...at, 'call', 'calc.add', '{"numbers": [1, 2]}']);
    expect(sum).toMatchObject({ code: 0, stdout: '{"result":3}\n' });
    const cat = await run([...at, 'call', 'process.run', '{"program": "cat"}'], 'from here\n');
    expect(cat).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\{"id":.*\}\nfrom here\n$/) });
    expect(cat.stderr).toMatch(/"exitCode":0/);
  });

  it('does a request with a key once', async () => {
    await using home = await temporaryFolder();
    await using service = await spawnService(main('process-server'), home.path);
    const at = ['--home', home.path, '--host', `127.0.0.1:${service.port}`];
    const start = (): ReturnType<typeof run> =>
      run([...at, 'call', 'process.start', '{"program": "true", "detached": true}', '--key', 'k1']);
    const [first, second] = [await start(), await start()];
    expect(first.stdout).toMatch(/"pid":/);
    expect(second.stdout).toBe(first.stdout);
  });

  it('says what is wrong with what was typed', async () => {
    expect(await run(['call', 'chat.rums'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean chat.rooms'),
    });
    expect(await run(['call', 'chat.history', '[1]'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/must be one JSON object\. chat\.history takes \{[^]*room: string/),
    });
  });
});
