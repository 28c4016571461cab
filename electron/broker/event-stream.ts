import type { ServerResponse } from 'node:http';
import type { Clock } from '../core/ports.ts';
import type { Core, CoreRequest } from '../core/request.ts';
import { LIMITS } from './limits.ts';

/** Where changes are told as they come. */
export const EVENTS_PATH = 'sys/events/subscribe';

/**
 * Tells what the token may read of what changes, as server-sent events, for as long as the token lives and the client
 * listens. The first read is an ordinary request: it is authorized and recorded. Throws what that throws.
 */
export async function streamEvents(
  core: Core,
  request: CoreRequest & { readonly signal: AbortSignal },
  response: ServerResponse,
  clock: Clock,
): Promise<undefined> {
  await core.handle(request);
  // A connection that has told events is not used again: what ends it is the end of the token or of the broker.
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    Connection: 'close',
  });
  response.write(': the changes that this token may read\n\n');
  const send = (text: string) => {
    response.write(text);
    // Who does not read what it has asked for does not fill our memory with it.
    if (response.writableLength > LIMITS.unreadEvents) response.destroy();
  };
  let cancelBeat = () => {};
  const beat = () => {
    send(': still here\n\n');
    cancelBeat = clock.after(LIMITS.heartbeat, beat);
  };
  cancelBeat = clock.after(LIMITS.heartbeat, beat);
  try {
    await core.events.follow(request, (changes) => {
      for (const { index, time, operation, path, subject } of changes) {
        const data = { time: new Date(time).toISOString(), operation, path, subject };
        send(`id: ${index}\nevent: change\ndata: ${JSON.stringify(data)}\n\n`);
      }
    });
  } catch {
    // The token is dead or the vault sealed: the end of the stream says so, and the next request says why.
  } finally {
    cancelBeat();
    response.end();
  }
  return undefined;
}
