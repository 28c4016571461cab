import {
  Button,
  type CSSVariablesResolver,
  createTheme,
  Input,
  type MantineColorsTuple,
  Modal,
  PasswordInput,
  Tooltip,
} from '@mantine/core';

/** The one accent. Shade 7 carries white text at 5:1, shade 4 carries dark text. */
const brass: MantineColorsTuple = [
  '#fbf6e9',
  '#f3e8cc',
  '#e6d09b',
  '#dabb70',
  '#d2ab55',
  '#b98b2c',
  '#a0761e',
  '#836012',
  '#6a4d0f',
  '#4b360a',
];

/** Neutral greys for the dark theme, from text (0) to the deepest ground (9). */
const dark: MantineColorsTuple = [
  '#ececea',
  '#b8b6b1',
  '#9b9993',
  '#5d5c59',
  '#3a3a3c',
  '#2d2d2f',
  '#232325',
  '#1b1b1d',
  '#151516',
  '#0f0f10',
];

/** The same for the light theme, lightest first: the library's own greys are bluish. */
const gray: MantineColorsTuple = [
  '#f9f8f6',
  '#f2f1ef',
  '#e9e7e3',
  '#dfdcd7',
  '#d0cdc7',
  '#b3afa8',
  '#8d8982',
  '#66635d',
  '#403d39',
  '#1d1c1a',
];

const danger: MantineColorsTuple = [
  '#fdeceb',
  '#f9d5d2',
  '#f2aaa4',
  '#ee8d85',
  '#f58a80',
  '#d84a3f',
  '#c43a30',
  '#b02a21',
  '#8e2019',
  '#6b1712',
];

/** Dense, calm, and the same in every screen. */
export const theme = createTheme({
  primaryColor: 'brass',
  primaryShade: { light: 7, dark: 4 },
  colors: { brass, dark, gray, danger },
  autoContrast: true,
  luminanceThreshold: 0.3,
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  defaultRadius: 7,
  cursorType: 'pointer',
  respectReducedMotion: true,
  headings: { fontWeight: '620' },
  components: {
    Button: Button.extend({
      defaultProps: { size: 'sm' },
      // The library chooses the text on a filled button by the light shade alone.
      vars: (_, { variant, color, disabled }) => {
        if (disabled) return { root: {} };
        if (variant === undefined || variant === 'filled') {
          return { root: { '--button-color': color === 'danger' ? 'var(--on-danger)' : 'var(--on-brass)' } };
        }
        // Its own light red is too deep to be read in the dark theme.
        if (color !== 'danger') return { root: {} };
        const ground = variant === 'light' ? { '--button-bg': 'var(--blocked-soft)' } : {};
        return { root: { ...ground, '--button-color': 'var(--blocked)' } };
      },
    }),
    Input: Input.extend({ defaultProps: { size: 'sm' } }),
    PasswordInput: PasswordInput.extend({
      defaultProps: { visibilityToggleButtonProps: { 'aria-label': 'Show what is typed' } },
    }),
    Modal: Modal.extend({
      defaultProps: {
        centered: true,
        radius: 12,
        overlayProps: { backgroundOpacity: 0.35, blur: 1 },
        transitionProps: { transition: 'pop', duration: 120 },
        closeButtonProps: { 'aria-label': 'Close' },
      },
    }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 450, withArrow: true, fz: 'xs' } }),
  },
});

/** Lets Mantine's own parts take their colours from tokens.css, so that there is one place to look. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: tokens,
  dark: tokens,
});
const tokens = {
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-text': 'var(--text)',
  '--mantine-color-dimmed': 'var(--text-3)',
  '--mantine-color-placeholder': 'var(--text-3)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--hover)',
  '--mantine-color-default-border': 'var(--line-strong)',
  '--mantine-color-default-color': 'var(--text)',
  '--mantine-color-error': 'var(--blocked)',
  '--mantine-color-anchor': 'var(--brass)',
};
