import type { z } from 'zod';

/**
 * One method, said once: the service that answers it, the client that calls it, the command line and the documents all
 * read this constant.
 */
export interface Method {
  /** What it does, in one sentence for people. */
  readonly summary: string;
  /** What the caller's scopes must allow: `service:verb-class`, or `public` for what anybody may ask. */
  readonly access: string;
  /**
   * The parameter that names what is touched, so that a scope may be limited to it (`chat:use:lobby`); or `own`: what the
   * caller itself has opened under this access, so that a limited scope will do.
   */
  readonly object?: string;
  /** A request with a `key` is done once, however often it is sent. */
  readonly key?: true;
  /**
   * Its calls are written to the audit log: it changes what others see, or runs code. With the parameter that says what
   * it touches, where `object` does not.
   */
  readonly audited?: true | string;
  /** Its items carry `seq`, or a `since` of their own; asked again with `since`, it goes on after that one. */
  readonly resumable?: true;
  /** Strict: an unknown member is an error. Free of transforms, so that it can be published as JSON Schema. */
  readonly params: z.ZodType<object, object>;
  readonly result: z.ZodType<object>;
  /** Milliseconds it may take unless its request says otherwise, where the usual limit would not do. */
  readonly timeoutMs?: number;
  /** The items it streams before its response, where it streams any. Without it, the default timeout applies. */
  readonly item?: z.ZodType;
  /** The items a caller may send while it is open, where it may send any. Free of transforms too. */
  readonly input?: z.ZodType<object>;
  /** The channels of raw bytes it streams, as the service sees them. */
  readonly channels?: { readonly in?: readonly string[]; readonly out?: readonly string[] };
}

/** A service: its name, its usual port and its methods by name. */
export interface Service<Methods extends MethodTable = MethodTable> {
  readonly name: string;
  /** 0 where any free port will do. */
  readonly port: number;
  /** What whoever is on the same machine may do without saying who it is. */
  readonly anonymous: readonly string[];
  /** Scopes that no method asks for by itself: they allow more of what several do. */
  readonly scopes?: Readonly<Record<string, FurtherScope>>;
  readonly methods: Methods;
}

/** What a scope allows that is no method's access. */
export interface FurtherScope {
  /** In words for people. */
  readonly meaning: string;
  /** Only who has the very scope has it: neither `*` nor `service:*` hold it. */
  readonly writtenOut?: true;
}

export type MethodTable = Readonly<Record<string, Method>>;
export type ParamsOf<M extends Method> = z.infer<M['params']>;
/** What a caller writes: members with a default may be left out. */
export type ParamsInput<M extends Method> = z.input<M['params']>;
export type ResultOf<M extends Method> = z.infer<M['result']>;
/** The items a caller may send. */
export type InputOf<M extends Method> = M extends { input: infer Input extends z.ZodType } ? z.infer<Input> : never;
export type ItemOf<M extends Method> = M extends { item: infer Item extends z.ZodType } ? z.infer<Item> : never;

/** Keeps the exact types of a method's schemas. */
export function method<const M extends Method>(definition: M): M {
  return definition;
}

/** Keeps the exact names and types of a service's methods. */
export function defineService<const Methods extends MethodTable>(service: Service<Methods>): Service<Methods> {
  return service;
}

/** True for a method whose request may stay open as a stream. */
export function isStream(method: Method): boolean {
  return method.item !== undefined || method.channels !== undefined;
}
