import { z } from 'zod';
import { ERROR_TYPES } from './errors.ts';
import type { Method, Service } from './method.ts';
import { PROTOCOL_VERSION, sessionMethods, sessionNotifications } from './session.ts';

/** A JSON Schema, draft 7. */
export type Schema = { readonly [keyword: string]: unknown };

/** A parameter or a result: its name and its schema. */
export interface Descriptor {
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

/** A method in the words of OpenRPC; what OpenRPC has no word for begins with `x-` and is as in `Method`. */
export interface DescribedMethod {
  readonly name: string;
  readonly summary: string;
  readonly paramStructure: 'by-name';
  readonly params: readonly Descriptor[];
  readonly result: Descriptor;
  readonly errors: readonly { readonly $ref: string }[];
  readonly 'x-access': string;
  readonly 'x-object'?: string;
  readonly 'x-key'?: true;
  readonly 'x-audited'?: true | string;
  readonly 'x-resumable'?: true;
  readonly 'x-timeoutMs'?: number;
  readonly 'x-item'?: Schema;
  readonly 'x-input'?: Schema;
  readonly 'x-channels'?: NonNullable<Method['channels']>;
}

/** The description of a service for machines: https://spec.open-rpc.org, version 1.3. */
export interface ServiceDocument {
  readonly openrpc: '1.3.2';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly methods: readonly DescribedMethod[];
  readonly components: { readonly errors: Readonly<Record<string, object>> };
  readonly 'x-protocol': number;
  /** What whoever is on the same machine may do without saying who it is. */
  readonly 'x-anonymous': readonly string[];
  /** Scopes that are no method's access, as in `Service`. */
  readonly 'x-scopes'?: NonNullable<Service['scopes']>;
  /** What is sent without an answer, either way: its params by name. */
  readonly 'x-notifications': Readonly<Record<string, Schema>>;
}

/** Describes a service from the very schemas that check its requests. */
export function describeService(service: Service, version: string): ServiceDocument {
  const methods = [...Object.entries<Method>(service.methods), ...Object.entries<Method>(sessionMethods)];
  return {
    openrpc: '1.3.2',
    info: { title: service.name, version, description: DESCRIPTION },
    methods: methods.map(([name, method]) => describeMethod(name, method)),
    components: { errors: describeErrors() },
    'x-protocol': PROTOCOL_VERSION,
    'x-anonymous': service.anonymous,
    ...(service.scopes && { 'x-scopes': service.scopes }),
    'x-notifications': Object.fromEntries(
      Object.entries(sessionNotifications).map(([name, params]) => [name, toSchema(params)]),
    ),
  };
}

const DESCRIPTION =
  'JSON-RPC 2.0, one object a line, over TCP, TLS or a WebSocket at /ws; one request by POST at /rpc. `error.data.type` says which error it is.';

function describeMethod(name: string, method: Method): DescribedMethod {
  const { summary, access, object, key, audited, resumable, timeoutMs, item, input, channels } = method;
  return {
    name,
    summary,
    paramStructure: 'by-name',
    params: describeParams(method.params),
    result: { name: 'result', schema: toSchema(method.result) },
    errors: METHOD_ERRORS,
    'x-access': access,
    ...(object !== undefined && { 'x-object': object }),
    ...(key && { 'x-key': key }),
    ...(audited && { 'x-audited': audited }),
    ...(resumable && { 'x-resumable': resumable }),
    ...(timeoutMs !== undefined && { 'x-timeoutMs': timeoutMs }),
    ...(item && { 'x-item': toSchema(item) }),
    ...(input && { 'x-input': toSchema(input) }),
    ...(channels && { 'x-channels': channels }),
  };
}

function describeParams(params: z.ZodType): Descriptor[] {
  const { properties = {}, required = [] } = toSchema(params) as {
    properties?: Record<string, Schema>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({ name, required: required.includes(name), schema }));
}

/** What is written to it: members with a default may be left out, and more members than it names may come. */
function toSchema(type: z.ZodType): Schema {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io: 'input', target: 'draft-7' });
  return schema;
}

/** OpenRPC wants one error for each code: the types that share it are its data. */
function describeErrors(): Record<string, object> {
  const codes = Map.groupBy(Object.entries(ERROR_TYPES), ([, { code }]) => code);
  return Object.fromEntries(
    [...codes].map(([code, types]) => [
      nameOf(code),
      {
        code,
        message: types.map(([type]) => type).join(', '),
        data: types.map(([type, { retry }]) => ({ type, retry })),
      },
    ]),
  );
}

function nameOf(code: number): string {
  return `E${-code}`;
}

/** Those with which a method may be answered once it is known and its request was read. */
const METHOD_ERRORS = [...new Set(Object.values(ERROR_TYPES).map(({ code }) => code))]
  .filter((code) => code !== -32700 && code !== -32601)
  .map((code) => ({ $ref: `#/components/errors/${nameOf(code)}` }));
