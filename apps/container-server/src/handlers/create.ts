import type { containerService } from '@sextant/protocol/container';
import type { PullProgress } from '@sextant/protocol/container-schemas';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { ParamsOf } from '@sextant/protocol/method';
import type { Call } from '@sextant/service/session/call';
import { digestOf, usedOtherwise } from '@sextant/service/session/same-request';
import type { HandlerOf } from '@sextant/service/handler';
import { nameOf } from '../container/container.ts';
import { creation } from '../container/creation.ts';
import { KEY, REQUEST } from '../container/labels.ts';
import { keyOf, make, nameFor, type Made } from '../container/make.ts';
import type { Reference } from '../engine/engine.ts';
import { nameOrId } from '../image/images.ts';
import { notHere, pull } from '../image/pull.ts';
import type { Parts } from '../parts.ts';
import { markOf } from '../update/mark.ts';
import { properName } from '../update/undo.ts';

type Params = ParamsOf<(typeof containerService.methods)['container.create']>;
/** The labels that name a request. */
type Request = { [KEY]: string; [REQUEST]: string };

export function create(parts: Parts): HandlerOf<typeof containerService, 'container.create'> {
  const { containers, lifetimes } = parts;
  return async (params, call) => {
    if (params.leash && call.caller.remote.transport === 'http') throw noConnection();
    const key = keyOf(call);
    const request = { [KEY]: key, [REQUEST]: digestOf(params) };
    call.fleeting = params.leash === true;
    const isHeld = params.leash === true && lifetimes.hold(key, call.caller.over);
    try {
      const earlier = call.key === undefined ? undefined : await find(request, parts);
      call.replayed = earlier !== undefined;
      const made = earlier ?? (await makeNew(params, request, parts, call));
      const isDone = made === earlier && !isHalfMade(made, params);
      const reference = isDone ? referenceOf(made) : await finish(made, params, call, parts);
      lifetimes.follow(made.labels);
      containers.remember(reference, call);
      return reference;
    } catch (error) {
      if (isHeld) lifetimes.forget(key);
      throw error;
    }
  };
}

/** It was to be started, and never was. One that an update has made is as it is meant to be. */
function isHalfMade({ state, labels }: Made, { start }: Params): boolean {
  return start && state === 'created' && markOf(labels) === undefined;
}

/** What an earlier request with the same key has made, be it of another life of this server. */
async function find(request: Request, { engine, lifetimes }: Parts): Promise<Made | undefined> {
  await lifetimes.claim(request[KEY]);
  const listed = await engine.listMade(request[KEY]);
  if (!listed) return undefined;
  if (listed.Labels[REQUEST] !== request[REQUEST]) throw usedOtherwise();
  const name = properName(nameOf(listed), listed.Id);
  return { id: listed.Id, name, state: listed.State, labels: listed.Labels };
}

async function makeNew(params: Params, request: Request, parts: Parts, call: Call<PullProgress>): Promise<Made> {
  const { config, engine, lifetimes, policy, quota } = parts;
  const allowed = await policy.allowed(params);
  const image = await nameOrId(engine.images, params.image);
  const attempt = { ms: config.engineTimeoutMs, mayBeThere: call.key !== undefined, signal: call.signal };
  const makeOne = async (): Promise<Made> => {
    const marks = { ...request, ...(await lifetimes.marks(params)) };
    const wish = creation(allowed, image, config.publishHost, call.caller.principal.name, marks);
    return make(engine, wish, params.name ?? nameFor(request[KEY]), attempt).catch((error: unknown) => {
      if (error instanceof ProtocolError && error.retry === 'unknown') lifetimes.abandon(request[KEY]);
      throw error;
    });
  };
  const makeOneMore = (): Promise<Made> => quota.take(call, makeOne);
  if (params.pull === 'always') await pull(parts, image, call);
  return makeOneMore().catch(async (error: unknown) => {
    mayPull(error, image, params);
    await pull(parts, image, call);
    return makeOneMore();
  });
}

/**
 * Of all that a creation names, only the image can be missing.
 * @throws the error, or why that one is not pulled.
 */
function mayPull(error: unknown, image: string, { pull }: Params): void {
  if (!isErrorType(error, 'not_found') || pull === 'always') throw error;
  if (pull === 'never') throw notHere(image);
}

/** What cannot be started, or is not wanted any more, leaves nothing behind. */
async function finish(
  made: Made,
  { start }: Params,
  { signal }: Call,
  { engine, lifetimes }: Parts,
): Promise<Reference> {
  const { id, state, labels } = made;
  try {
    signal.throwIfAborted();
    // The engine need not be asked for what it was just told.
    if (!start) return referenceOf(made);
    if (state === 'created') await engine.start(id);
    return await engine.inspect(id);
  } catch (error) {
    await engine.remove(id, true).catch((failure: unknown) => {
      if (!isErrorType(failure, 'not_found')) lifetimes.abandon(labels[KEY] ?? '');
    });
    throw error;
  }
}

function referenceOf({ id, name, state }: Made): Reference {
  return { id, name, state };
}

function noConnection(): ProtocolError {
  return new ProtocolError(
    'unsupported',
    'A posted request ends at once, and a leashed container with it; use /ws or TCP, or ttlMs.',
  );
}
