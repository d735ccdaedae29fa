import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { at, run, sextant, sextantInTerminal, startService } from './sextant.ts';

/** A chat-relay and its folder. */
async function start(...flags: string[]) {
  const home = await temporaryFolder();
  const server = await startService('chat-relay', home.path, 0, ...flags);
  return {
    server,
    home: home.path,
    where: at(server),
    cli: (...args: string[]) => run([...at(server), 'chat', ...args]),
    enter: async (nick: string, where = at(server)) => {
      const chat = sextant(...where, 'chat', 'lobby', '--nick', nick);
      await waitFor(
        `${nick} to be in`,
        async () => (await run([...at(server), 'chat', 'members', 'lobby'])).stdout.includes(`${nick} `),
        15_000,
      );
      return chat;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

/** A way to a server that breaks in the middle: the server does not notice until its end is dropped. */
async function openWire(to: { host: string; port: number }) {
  const ends = { near: new Set<Socket>(), far: new Set<Socket>() };
  const server: Server = createServer((near) => {
    const far = connect(to);
    ends.near.add(near.on('error', () => {}));
    ends.far.add(far.on('error', () => {}));
    near.pipe(far).pipe(near);
  });
  const listen = async (port: number): Promise<number> => {
    await once(server.listen(port, '127.0.0.1'), 'listening');
    return (server.address() as AddressInfo).port;
  };
  const destroy = (sockets: Iterable<Socket>): void => {
    for (const socket of sockets) socket.destroy();
  };
  const port = await listen(0);
  return {
    where: at({ host: '127.0.0.1', port }),
    async cut() {
      server.close();
      destroy(ends.near);
      await once(server, 'close');
      return new Set(ends.far);
    },
    mend: () => listen(port),
    drop: destroy,
    async [Symbol.asyncDispose]() {
      destroy([...ends.near, ...ends.far]);
      server.close();
      await once(server, 'close');
    },
  };
}

/** What was said, without times. */
const said = (output: string): string[] => [...output.matchAll(/^\d\d:\d\d (.*)$/gm)].map(([, text = '']) => text);

describe('chat', () => {
  it('shows what others say, their coming and going, and not again what one says oneself', async () => {
    await using rig = await start();
    await using ann = await rig.enter('ann');
    await using bob = await rig.enter('bob');
    ann.type('hello\n\nhow are you?\n');
    await bob.shows('how are you?');
    bob.type('fine\n');
    await ann.shows('fine');
    bob.end();
    expect(await bob.ended()).toBe(0);
    await ann.shows('<- bob left');
    ann.end();
    expect(await ann.ended()).toBe(0);
    expect(said(ann.stdout())).toEqual(['-> bob joined', 'bob: fine', '<- bob left']);
    expect(said(bob.stdout())).toEqual(['-> ann joined', 'ann: hello', 'ann: how are you?']);
    expect(ann.stderr() + bob.stderr()).toBe('');
  });

  it('begins with what was said before', async () => {
    await using rig = await start();
    await rig.cli('send', 'lobby', 'one', 'two', '--nick', 'ann');
    const { stdout } = await rig.cli('lobby', '--nick', 'bob');
    expect(said(stdout)).toEqual(['-> ann joined', 'ann: one two', '<- ann left']);
  });

  it('says every line piped in before it leaves, commands and all', async () => {
    await using rig = await start();
    const lines = [...Array.from({ length: 200 }, (_, index) => `line ${index}`), '/help'];
    expect(await run([...rig.where, 'chat', 'lobby', '--nick', 'ann'], lines.join('\n'))).toMatchObject({
      code: 0,
      stdout: '',
    });
    const { code, stdout, stderr } = await rig.cli('history', 'lobby', '--limit', '1000', '--json');
    expect([code, stderr]).toEqual([0, '']);
    const items = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { text?: string });
    expect(items.map(({ text }) => text)).toEqual([undefined, ...lines, undefined]);
  });

  it('ends at #LOGOUT though the input goes on', async () => {
    await using rig = await start();
    await using ann = await rig.enter('ann');
    ann.type('#LOGOUT\n');
    expect(await ann.ended()).toBe(0);
  });

  it('tells that a nick is taken, and that a message is too long, in one line each', async () => {
    await using rig = await start();
    await using ann = await rig.enter('ann');
    const taken = await rig.cli('lobby', '--nick', 'ann');
    expect(taken).toMatchObject({ code: 6, stdout: '' });
    expect(taken.stderr).toMatch(/^error: .*"ann" already.*\n$/);
    const long = await run([...rig.where, 'chat', 'lobby', '--nick', 'bob'], `${'x'.repeat(3000)}\nshort\n`);
    expect(long).toMatchObject({ code: 1, stderr: expect.stringMatching(/^error: .*2000 characters.*3000.*\n$/) });
    await ann.shows('bob: short');
    expect((await rig.cli('lobby', '--nick', 'No way')).code).toBe(2);
  });

  it('lets nobody else into the terminal or into the mouth of another', async () => {
    await using rig = await start();
    await rig.cli('send', 'lobby', 'a\u202eb\n10:00 bob: I agree', '--nick', 'ann');
    expect((await rig.cli('history', 'lobby')).stdout).toContain('ann: a<202e>b\n      10:00 bob: I agree\n');
  });
});

describe('chat whose connection is lost', () => {
  it('goes on with another start of the server, whose numbers begin anew', async () => {
    await using rig = await start();
    await using ann = await rig.enter('ann');
    await using bob = await rig.enter('bob');
    for (let count = 0; count < 20; count += 1) bob.type(`before ${count}\n`);
    await ann.shows('before 19');
    rig.server.child.kill('SIGKILL');
    await ann.shows('was lost. Trying to connect again.');
    await bob.shows('was lost. Trying to connect again.');
    ann.type('while it was away\n');
    await using again = await startService('chat-relay', rig.home, rig.server.port);
    await bob.shows('ann: while it was away');
    bob.type('welcome back\n');
    await ann.shows('bob: welcome back');
    expect(said(ann.stdout()).filter((text) => text.startsWith('bob:'))).toEqual([
      ...Array.from({ length: 20 }, (_, index) => `bob: before ${index}`),
      'bob: welcome back',
    ]);
    for (const chat of [ann, bob]) {
      chat.end();
      expect(await chat.ended()).toBe(0);
    }
    expect(again.port).toBe(rig.server.port);
  });

  it('gets what it missed, once and in order, and says what was typed meanwhile', async () => {
    await using rig = await start();
    await using wire = await openWire(rig.server);
    await using ann = await rig.enter('ann', wire.where);
    await using bob = await rig.enter('bob');
    bob.type('one\n');
    await ann.shows('bob: one');
    const rest = await wire.cut();
    await ann.shows('was lost');
    bob.type('two\nthree\n');
    ann.type('hello?\n');
    await wire.mend();
    // By now it has tried to come in, and was told that its nick is in use: by itself.
    await sleep(800);
    wire.drop(rest);
    await bob.shows('ann: hello?');
    bob.type('four\n');
    await ann.shows('bob: four');
    expect(said(ann.stdout())).toEqual(['-> bob joined', 'bob: one', 'bob: two', 'bob: three', 'bob: four']);
    expect(said(bob.stdout()).filter((text) => text === 'ann: hello?')).toHaveLength(1);
  });
});

describe('chat that was away for too long', () => {
  it('says how much it has missed', async () => {
    await using rig = await start('--history', '10');
    await using wire = await openWire(rig.server);
    await using ann = await rig.enter('ann', wire.where);
    wire.drop(await wire.cut());
    await ann.shows('was lost');
    await run(
      [...rig.where, 'chat', 'lobby', '--nick', 'bob'],
      Array.from({ length: 30 }, (_, index) => `${index}\n`).join(''),
    );
    await wire.mend();
    await ann.shows('<- bob left');
    const heard = said(ann.stdout()).filter((text) => text.startsWith('bob: ')).length;
    expect(heard).toBeGreaterThan(5);
    // Besides what bob said: his coming and our own going.
    expect(ann.stdout()).toContain(`-- ${32 - heard} items are missing here`);
  });
});

describe('chat whose server stops in order', () => {
  it('goes on with the next one too, and can be left meanwhile', async () => {
    await using rig = await start();
    await using ann = await rig.enter('ann');
    await using bob = await rig.enter('bob');
    await rig.server[Symbol.asyncDispose]();
    await ann.shows('Trying to connect again.');
    await bob.shows('Trying to connect again.');
    bob.end();
    expect(await bob.ended()).toBe(0);
    await using again = await startService('chat-relay', rig.home, rig.server.port);
    await ann.shows('Connected again.');
    await run([...at(again), 'chat', 'send', 'lobby', 'hello', '--nick', 'cy']);
    await ann.shows('cy: hello');
  });
});

describe('chat in a terminal', () => {
  it('shows others above what is being typed, and own words once', async () => {
    await using rig = await start();
    await using ann = sextantInTerminal(...rig.where, 'chat', 'lobby', '--nick', 'ann');
    await ann.shows('You are in lobby as ann, alone.');
    ann.type('hi');
    await rig.cli('send', 'lobby', 'good morning', '--nick', 'bob');
    await ann.shows('<- bob left');
    ann.type(' bob\r');
    await ann.shows('ann: hi bob');
    for (const command of ['/members', '/rooms', '/help', '/nonsense', '//slash']) ann.type(`${command}\r`);
    await ann.shows('ann: /slash');
    ann.type('/quit\r');
    expect(await ann.ended()).toBe(0);
    const shown = stripVTControlCharacters(ann.stdout());
    expect(shown.match(/ann: hi bob/g)).toHaveLength(1);
    expect(shown).toContain('bob: good morning\r\n');
    for (const text of ['In lobby: ann', 'lobby (1)', 'up to 2000 characters', 'That is not a command here']) {
      expect(shown).toContain(text);
    }
  });
});

describe('chat send', () => {
  it('says one thing, from its words or its input, and leaves', async () => {
    await using rig = await start();
    await using ann = await rig.enter('ann');
    expect(await rig.cli('send', 'lobby', 'from words', '--nick', 'bob')).toMatchObject({ code: 0, stdout: '' });
    const sent = await run([...rig.where, '--json', 'chat', 'send', 'lobby', '--nick', 'cy'], 'from input\n');
    expect(JSON.parse(sent.stdout)).toEqual({ seq: expect.any(Number), at: expect.any(String), nick: 'cy' });
    await ann.shows('<- cy left');
    expect(said(ann.stdout()).filter((text) => text.includes(': '))).toEqual(['bob: from words', 'cy: from input']);
    expect((await rig.cli('send', 'lobby')).code).toBe(2);
  });

  it('takes another nick where its own is in the room, unless it was given', async () => {
    await using rig = await start();
    const { nick } = JSON.parse((await rig.cli('send', 'lobby', 'x', '--json')).stdout) as { nick: string };
    await using own = await rig.enter(nick);
    expect((await rig.cli('send', 'lobby', 'second')).code).toBe(0);
    await own.shows(`${nick.slice(0, 30)}-2: second`);
    expect((await rig.cli('send', 'lobby', 'third', '--nick', nick)).code).toBe(6);
  });
});

describe('chat rooms, members and history', () => {
  it('list what there is, or say what to type', async () => {
    await using rig = await start();
    expect((await rig.cli('rooms')).stderr).toContain('chat lobby');
    expect(await rig.cli('history', 'lobby')).toMatchObject({ code: 4, stdout: '' });
    await using ann = await rig.enter('ann');
    ann.type('hello\n');
    await waitFor('hello', async () => (await rig.cli('history', 'lobby')).stdout.includes('ann: hello'));
    expect((await rig.cli('rooms')).stdout).toMatch(/^ROOM +MEMBERS +ITEMS\nlobby +1 +2\n$/);
    expect((await rig.cli('members', 'lobby')).stdout).toMatch(/^NICK +JOINED\nann +\d\d:\d\d:\d\d\n$/);
    expect((await rig.cli('history', 'lobby', '--limit', '1')).stdout).toMatch(/^\d\d:\d\d ann: hello\n$/);
    expect((await rig.cli('members', 'loby')).stderr).toContain('Did you mean lobby?');
  });
});
