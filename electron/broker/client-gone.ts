import type { ServerResponse } from 'node:http';

/** Knows whether a client has left before its answer. Most requests never ask: only those that do are listened for. */
export class ClientGone {
  readonly #response: ServerResponse;
  #controller: AbortController | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#listen();
    return this.#controller.signal;
  }

  #listen(): AbortController {
    const response = this.#response;
    const controller = new AbortController();
    const closed = () => {
      if (!response.writableFinished) controller.abort();
    };
    if (response.closed) closed();
    else response.once('close', closed);
    return controller;
  }
}
