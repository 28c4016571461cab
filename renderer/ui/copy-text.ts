/**
 * Puts a text that is no secret (an address, a path, a user name) on the clipboard. Secrets are copied by the main
 * process instead, which also clears them. SECURITY(S7)
 *
 * The modern clipboard API asks for a permission, and this window is granted none. SECURITY(W5)
 */
export function copyText(text: string): boolean {
  const put = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener('copy', put, { capture: true });
  try {
    return document.execCommand('copy');
  } finally {
    document.removeEventListener('copy', put, { capture: true });
  }
}
