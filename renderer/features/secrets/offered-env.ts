/**
 * The text of a .env on its way from where it was dropped or pasted to the dialog that shows it. It is full of secrets, so
 * it lies here and in no store, and only until the dialog has taken it.
 */
let offered = '';

/** Lays a text ready for the dialog that opens next. */
export function offerEnv(text: string): void {
  offered = text;
}

/** What was laid ready; '' when there was nothing. */
export function offeredEnv(): string {
  return offered;
}

/** It was taken. */
export function forgetOfferedEnv(): void {
  offered = '';
}
