/**
 * The nonce of this page's content policy: the main process writes a new one into each response, and styles made
 * at run time must carry it. SECURITY(P2)
 */
export const styleNonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

// Mantine's scroll lock asks for it under the name that webpack made customary.
Object.assign(globalThis, { __webpack_nonce__: styleNonce });
