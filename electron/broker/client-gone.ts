import type { ServerResponse } from 'node:http';

/** Knows whether a client has left before its answer. Most requests never ask, so that a signal is made for those that do. */
export class ClientGone {
  #gone = false;
  #controller: AbortController | undefined;

  constructor(response: ServerResponse) {
    response.once('close', () => {
      if (response.writableFinished) return;
      this.#gone = true;
      this.#controller?.abort();
    });
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#gone) this.#controller.abort();
    return this.#controller.signal;
  }
}
