/**
 * The window's entry: styles, theme, and the one component that shows the phase the vault is in. Everything here
 * reaches the vault through bridge/ alone, and nothing is fetched from anywhere.
 */
import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './tokens.css';
import './base.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { App } from './app.tsx';
import { memoryColorScheme } from './color-scheme.ts';
import { styleNonce } from './nonce.ts';
import { cssVariables, theme } from './theme.ts';

// Without this zod probes for `new Function`, which the content policy reports as a violation.
z.config({ jitless: true });

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        defaultColorScheme="auto"
        colorSchemeManager={memoryColorScheme}
        getStyleNonce={() => styleNonce}
      >
        <Notifications position="bottom-right" limit={4} containerWidth={380} aria-live="polite" />
        <App />
      </MantineProvider>
    </StrictMode>,
  );
}
