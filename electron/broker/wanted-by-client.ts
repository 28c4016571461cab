import type { CoreRequest, Credential } from '../core/request.ts';
import type { ClientGone } from './client-gone.ts';
import type { Peer } from './peer.ts';
import type { Asked } from './read-request.ts';

/** What is asked of core. The signal is made when core asks for it. */
export class WantedByClient implements CoreRequest {
  readonly credential: Credential;
  readonly operation: CoreRequest['operation'];
  readonly path: string;
  readonly data: CoreRequest['data'];
  readonly origin: string;
  readonly wrapTtl?: number;
  readonly remoteAddress?: string;
  readonly clientCertificate?: Uint8Array;
  readonly #client: ClientGone;

  constructor(asked: Asked, credential: Credential, origin: string, peer: Peer, client: ClientGone) {
    this.credential = credential;
    this.operation = asked.operation;
    this.path = asked.path;
    this.data = asked.data;
    this.origin = origin;
    if (asked.wrapTtl !== undefined) this.wrapTtl = asked.wrapTtl;
    if (peer.remoteAddress !== undefined) this.remoteAddress = peer.remoteAddress;
    if (peer.clientCertificate !== undefined) this.clientCertificate = peer.clientCertificate;
    this.#client = client;
  }

  get signal(): AbortSignal {
    return this.#client.signal;
  }
}
