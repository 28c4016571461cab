import type { RandomBytes } from '../../vault/ports.ts';
import { randomUuid } from '../random-text.ts';
import type { CoreRequest } from '../request.ts';
import { recordedPath } from './parse-path.ts';

/** A request with its identity: all its turns and records carry the same id. */
export interface Asked {
  readonly requestId: string;
  readonly request: CoreRequest;
  /** What the record says of the path. */
  readonly recordedPath: string;
}

/** Gives a request its id. */
export function ask(request: CoreRequest, random: RandomBytes): Asked {
  return { requestId: randomUuid(random), request, recordedPath: recordedPath(request.path) };
}
