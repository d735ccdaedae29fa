import { describe, expect, it } from '@jest/globals';
import { ProtocolError } from '@sextant/protocol/errors';
import { Overdue } from '../../src/engine/deadline.ts';
import { explain } from '../../src/engine/reasons.ts';

const PLACE = 'unix:///there.sock';

/** As dockerode throws what an engine answered. */
function refusal(statusCode: number, message: string, reason?: string): Error {
  return Object.assign(new Error(`(HTTP code ${statusCode}) ${reason ?? 'unexpected'} - ${message} `), {
    statusCode,
    reason,
  });
}

/** As Node throws what a socket met. */
function failure(code: string): Error {
  return Object.assign(new Error(`connect ${code} /there.sock`), { code });
}

describe('explain', () => {
  it.each([
    [refusal(400, 'invalid reference format', 'bad parameter'), 'invalid_params', 'invalid reference format'],
    [refusal(404, 'No such image: x:latest', 'no such container'), 'not_found', 'No such image: x:latest'],
    [
      refusal(409, 'cannot start a paused container, try unpause instead'),
      'conflict',
      'cannot start a paused container, try unpause instead',
    ],
    [refusal(500, 'something\nwent \u001b[31mwrong.', 'server error'), 'unavailable', 'something went [31mwrong'],
    [
      refusal(500, 'mkdir /var/lib/docker/overlay2/1f: no space left on device', 'server error'),
      'quota',
      'mkdir (a path of the engine): no space left on device',
    ],
    [
      refusal(
        400,
        'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "x": executable file not found in $PATH: unknown',
        'bad parameter',
      ),
      'invalid_params',
      'exec: "x": executable file not found in $PATH',
    ],
    [
      refusal(404, 'manifest for 127.0.0.1:5000/run/x:latest not found'),
      'not_found',
      'manifest for 127.0.0.1:5000/run/x:latest not found',
    ],
  ])('%s', (error, type, reason) => {
    expect(explain(error, PLACE)).toMatchObject({ type, message: `The Docker engine says: ${reason}.` });
  });

  it.each([
    'driver failed on endpoint x (1f): Bind for 127.0.0.1:80 failed: port is already allocated',
    'driver failed on endpoint x (1f): Error starting proxy: listen tcp4 127.0.0.1:80: bind: address already in use',
  ])('%s', (message) => {
    expect(explain(refusal(500, message, 'server error'), PLACE)).toMatchObject({
      type: 'conflict',
      message: "Port 80 of the engine's machine is taken already: choose another, or none for a free one.",
    });
  });

  it.each([
    ['ENOENT', 'safe', /^No Docker engine answers at unix:\/\/\/there\.sock\. Start one/],
    ['ECONNREFUSED', 'safe', /^No Docker engine answers at/],
    ['EACCES', 'safe', /add its user to the docker group/],
    ['ECONNRESET', 'unknown', /broke \(ECONNRESET\)/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'safe', /certificates \(DEPTH_ZERO_SELF_SIGNED_CERT\): ca\.pem/],
  ])('%s: the engine is down', (code, retry, message) => {
    expect(explain(failure(code), PLACE)).toMatchObject({
      type: 'dependency_down',
      message: expect.stringMatching(message),
      data: { dependency: 'docker', retry },
    });
  });

  it('cuts what is long', () => {
    expect((explain(refusal(500, 'x'.repeat(100_000)), PLACE) as Error).message.length).toBeLessThan(600);
  });

  it('says how long it waited', () => {
    expect(explain(new Overdue(10_000), PLACE)).toMatchObject({
      type: 'dependency_down',
      message: expect.stringContaining('within 10000 ms'),
    });
  });

  it('leaves errors of our own as they are', () => {
    for (const error of [new ProtocolError('cancelled', 'x'), new TypeError('x'), new Error('x')])
      expect(explain(error, PLACE)).toBe(error);
  });
});
