import { describe, expect, it } from '@jest/globals';
import { dereferenceDocument, MethodCallValidator, validateOpenRPCDocument } from '@open-rpc/schema-utils-js';
import type { z } from 'zod';
import { ERROR_TYPES } from '../src/errors.ts';
import { fileService } from '../src/file.ts';
import type { Method, Service } from '../src/method.ts';
import { describeService } from '../src/openrpc.ts';
import { SERVICES } from '../src/services.ts';
import { sessionMethods } from '../src/session.ts';

type Validated = Parameters<typeof validateOpenRPCDocument>[0];

/** A document as whoever asks for it gets it. */
function arrived(service: Service): Validated {
  return JSON.parse(JSON.stringify(describeService(service, '1.2.3'))) as Validated;
}

describe.each(SERVICES.map((service) => [service.name, service] as const))('the document of %s', (name, service) => {
  it('is OpenRPC', () => {
    expect(validateOpenRPCDocument(arrived(service))).toBe(true);
    expect(validateOpenRPCDocument({ ...arrived(service), surprise: 1 })).not.toBe(true);
  });

  it('refers to nothing that is not in it', async () => {
    const whole = await dereferenceDocument(arrived(service));
    expect(JSON.stringify(whole)).not.toContain('"$ref"');
  });

  it('leaves a quarter of a line free', () => {
    expect(Buffer.byteLength(JSON.stringify(describeService(service, '1.2.3')))).toBeLessThan(48 * 1024);
  });

  it('has every method, with every parameter', () => {
    const { methods, info } = describeService(service, '1.2.3');
    expect(info).toMatchObject({ title: name, version: '1.2.3' });
    const said = methods.map((method) => [method.name, method.params.map((param) => param.name)]);
    const meant = Object.entries<Method>({ ...service.methods, ...sessionMethods }).map(([method, { params }]) => [
      method,
      Object.keys((params as z.ZodObject).shape),
    ]);
    expect(said).toEqual(meant);
  });
});

describe('a described method', () => {
  const { methods } = describeService(fileService, '1.2.3');
  const find = (name: string) => methods.find((method) => method.name === name);

  it('says what it takes, what it may do, and what it streams', () => {
    expect(find('file.read')).toMatchObject({
      paramStructure: 'by-name',
      params: [
        { name: 'path', required: true, schema: { type: 'string', maxLength: 1024 } },
        { name: 'offset', required: false, schema: { type: 'integer', minimum: 0, default: 0 } },
        { name: 'length', required: false },
      ],
      'x-access': 'file:read',
      'x-object': 'path',
      'x-channels': { out: ['content'] },
    });
    expect(find('file.commit')).toMatchObject({ 'x-audited': 'upload', 'x-timeoutMs': 3_600_000 });
  });

  it('is enough for another program to tell a good call from a bad one', () => {
    const validator = new MethodCallValidator(arrived(fileService));
    expect(validator.validate('file.read', { path: 'a', offset: 5 })).toEqual([]);
    expect(validator.validate('file.read', { path: 'a', offset: -5 })).toHaveLength(1);
  });
});

it('names every error type once, by its code', () => {
  const { components } = describeService(fileService, '1.2.3');
  const types = Object.values(components.errors).flatMap((error) => {
    const { code, data } = error as { code: number; data: { type: string; retry: string }[] };
    return data.map(({ type, retry }) => [type, { code, retry }]);
  });
  expect(Object.fromEntries(types)).toEqual(ERROR_TYPES);
  expect(types).toHaveLength(Object.keys(ERROR_TYPES).length);
});
