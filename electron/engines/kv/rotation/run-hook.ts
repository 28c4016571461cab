import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { SecretData } from '../secret-value.ts';
import type { Hook } from './hook-rows.ts';
import { runProgram } from './run-program.ts';

/** What a hook is told, as one JSON text: on its standard input, or as the body of a POST. */
export interface HookCall {
  readonly version: 1;
  /** `set`: take `new`. `test`: does `new` open the door? `revert`: take `old` again. `retire`: `old` shall open nothing any more. */
  readonly step: 'set' | 'test' | 'revert' | 'retire';
  /** The same for every try of one run: a step that was done is not done twice. */
  readonly rotation: string;
  readonly secret: string;
  readonly old: SecretData | null;
  readonly new: SecretData;
}

/** A program's exit code and a server's status by which it says that `new` does not open the door. Everything else but success is not knowing. */
const REFUSED = { exit: 3, status: 422 };

/**
 * Runs one step of a hook. Resolves with whether it was done, or, of a test, refused. Throws `target-unavailable` otherwise.
 * What a hook says is never shown: it has seen a secret.
 */
export async function runHook(hook: Hook, call: HookCall, signal: AbortSignal): Promise<'done' | 'refused'> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(hook.timeout * 1000)]);
  const body = Buffer.from(JSON.stringify(call));
  try {
    return hook.kind === 'program' ? await told(hook, body, within) : await post(hook, body, within);
  } catch (error) {
    if (error instanceof KeywardenError) throw error;
    throw unavailable(within.aborted ? 'the hook did not end in time' : 'the hook cannot be reached');
  } finally {
    body.fill(0);
  }
}

/** What a program says by its exit code; that it has not ended, or was ended, is not knowing. */
async function told(hook: Extract<Hook, { kind: 'program' }>, body: Uint8Array, signal: AbortSignal) {
  const code = await runProgram(hook, body, signal);
  if (code === 0) return 'done';
  if (code === REFUSED.exit) return 'refused';
  throw unavailable(
    signal.aborted ? 'the hook did not end in time' : `the hook ended with ${code ?? 'a signal'}`,
  );
}

/** Never follows a redirect: the value goes to the one address that was written down. */
function post(
  { url, ca }: Extract<Hook, { kind: 'http' }>,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<'done' | 'refused'> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const options = { method: 'POST', headers, signal, agent: false as const };
    const request = url.startsWith('https:')
      ? requestHttps(url, { ...options, ...(ca === '' ? {} : { ca }) })
      : requestHttp(url, options);
    request.once('error', reject);
    request.once('response', (response) => {
      response.resume();
      response.once('error', reject);
      response.once('end', () => {
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve('done');
        else if (status === REFUSED.status) resolve('refused');
        else reject(unavailable(`the hook answered with ${status}`));
      });
    });
    request.end(body);
  });
}

function unavailable(words: string): KeywardenError {
  return new KeywardenError('target-unavailable', words);
}
