import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Method } from '../src/method.ts';
import { SERVICES } from '../src/services.ts';
import { sessionMethods } from '../src/session.ts';
import { VERSION } from '../src/version.ts';

const services = SERVICES.flatMap(({ methods }) => Object.entries(methods));
const all: [string, Method][] = [...services, ...Object.entries(sessionMethods)];

describe('each method', () => {
  it('has a name of its own', () => {
    expect(new Set(all.map(([name]) => name)).size).toBe(all.length);
  });

  it.each(all)('%s has params and a result that any language can check', (_name, { params, result, item }) => {
    for (const schema of [params, result, ...(item ? [item] : [])]) {
      expect(() => z.toJSONSchema(schema, { io: 'input' })).not.toThrow();
    }
  });

  it.each(all)('%s refuses params it does not know', (_name, { params }) => {
    const outcome = params.safeParse({ unknownMember: 1 });
    expect(outcome.error?.issues.map(({ code }) => code)).toContain('unrecognized_keys');
  });
});

it('has a port for each service, none twice', () => {
  const ports = SERVICES.map(({ port }) => port).filter((port) => port !== 0);
  expect(new Set(ports).size).toBe(ports.length);
});

it('is of the version its package says', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  expect(manifest.version).toBe(VERSION);
});
