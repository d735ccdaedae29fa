import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';
import { openAudit, type AuditEntry } from '../src/observe/audit.ts';
import { HOSTILE_TEXTS } from './hostile-texts.ts';
import { temporaryFolder } from './temporary-folder.ts';

const PROGRAM = new URL('programs/write-audit.ts', import.meta.url).pathname;
const MiB = 1024 * 1024;
/** A file system of one's own takes a mount namespace, which not every machine gives. */
const itMounts = spawnSync('unshare', ['-rm', 'true']).status === 0 ? it : it.skip;

const CALL: AuditEntry = { event: 'call', principal: 'local', remote: '127.0.0.1:4000', outcome: 'ok', method: 'a.b' };

/** What would be logged. */
function complaints() {
  const entries: unknown[] = [];
  return { entries, error: (...entry: unknown[]) => void entries.push(entry) };
}

function linesOf(file: string): Record<string, unknown>[] {
  const lines = readFileSync(file, 'latin1').split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('an audit log', () => {
  it('has what happened and when, one JSON object a line, for its owner only', () => {
    using folder = temporaryFolder();
    const audit = openAudit(folder.path, complaints());
    audit.record({ ...CALL, object: 'report.txt' });
    audit.record({
      event: 'refused',
      principal: 'anonymous',
      remote: '10.0.0.9:1',
      outcome: 'forbidden',
      scope: 'a:b',
    });
    audit.close();
    audit.record(CALL);
    const file = join(folder.path, 'audit.log');
    expect(linesOf(file)).toEqual([
      { at: expect.stringMatching(/^\d{4}-.*Z$/), ...CALL, object: 'report.txt' },
      {
        at: expect.any(String),
        event: 'refused',
        principal: 'anonymous',
        remote: '10.0.0.9:1',
        outcome: 'forbidden',
        scope: 'a:b',
      },
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('stays one line an entry, whatever texts are in it, and keeps no secret', () => {
    using folder = temporaryFolder();
    const audit = openAudit(folder.path, complaints());
    for (const text of HOSTILE_TEXTS) {
      audit.record({ ...CALL, principal: text, remote: text, outcome: text, method: text, object: text, token: text });
    }
    const file = join(folder.path, 'audit.log');
    expect(readFileSync(file, 'latin1')).toMatch(/^[ -~\n]*\n$/);
    const lines = linesOf(file);
    expect(lines.length).toBe(HOSTILE_TEXTS.length);
    expect(lines.every(({ object, token }) => String(object).length <= 256 && token === '[redacted]')).toBe(true);
    audit.close();
  });

  it('is there when the process is killed', async () => {
    using folder = temporaryFolder();
    const child = spawn(process.execPath, [PROGRAM, folder.path, '5', 'wait'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(createInterface({ input: child.stdout }), 'line');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(linesOf(join(folder.path, 'audit.log')).map(({ n }) => n)).toEqual([0, 1, 2, 3, 4]);
  });

  it('goes on on a line of its own after one that was cut off', () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'audit.log');
    writeFileSync(file, '{"at":"2026');
    const audit = openAudit(folder.path, complaints());
    audit.record(CALL);
    audit.record(CALL);
    audit.close();
    const [torn, ...whole] = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(torn).toBe('{"at":"2026');
    expect(whole.map((line) => (JSON.parse(line) as AuditEntry).event)).toEqual(['call', 'call']);
  });

  it('is set aside at 8 MiB, and begun anew, while it is written', () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'audit.log');
    const audit = openAudit(folder.path, complaints());
    const entries = 60_000;
    for (let n = 0; n < entries; n += 1) audit.record({ ...CALL, n, more: 'x'.repeat(100) });
    audit.close();
    expect(statSync(file).size).toBeLessThanOrEqual(8 * MiB);
    expect(statSync(`${file}.old`).size).toBeLessThanOrEqual(8 * MiB);
    const numbers = [...linesOf(`${file}.old`), ...linesOf(file)].map(({ n }) => n);
    expect(numbers.at(-1)).toBe(entries - 1);
    expect(numbers).toEqual(numbers.map((_, place) => entries - numbers.length + place));
    expect(audit.failed).toBe(0);
  });

  it('that is full when it is opened is set aside too', () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'audit.log');
    appendFileSync(file, `${'x'.repeat(8 * MiB - 1)}\n`);
    const audit = openAudit(folder.path, complaints());
    audit.record(CALL);
    audit.close();
    expect([linesOf(file).length, statSync(`${file}.old`).size]).toEqual([1, 8 * MiB]);
  });

  it('that cannot be written loses entries, counts them, says so once, and goes on when it can', () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'data');
    const log = complaints();
    const audit = openAudit(path, log);
    for (let n = 0; n < 100; n += 1) audit.record(CALL);
    expect([audit.failed, log.entries.length, existsSync(path)]).toEqual([100, 1, false]);
    mkdirSync(path);
    audit.record(CALL);
    audit.close();
    expect([audit.failed, linesOf(join(path, 'audit.log')).length]).toEqual([100, 1]);
  });

  itMounts('does so on a full disk, and joins no line to half of another', () => {
    using folder = temporaryFolder();
    const script = `mount -t tmpfs -o size=64k none "$1" && cd "$1" && head -c 40000 /dev/zero > fill &&
      "$2" "$3" "$1" 1000 free && cat audit.log`;
    const args = ['-rm', 'sh', '-c', script, 'sh', folder.path, process.execPath, PROGRAM];
    const [outcome = '', ...lines] = spawnSync('unshare', args, { encoding: 'utf8' }).stdout.trimEnd().split('\n');
    const { failed, complaints, failedAfter } = JSON.parse(outcome) as Record<string, number>;
    expect([complaints, failedAfter]).toEqual([1, failed]);
    const whole = lines.filter((line) => line.endsWith('}'));
    expect(whole.length + Number(failed)).toBe(1001);
    expect(lines.length - whole.length).toBeLessThanOrEqual(1);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ n: -1 });
  });
});
