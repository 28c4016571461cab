/** The sign over the desk: a keycard with a keyhole. */
export function BrandMark({ size }: { readonly size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect x="5" y="2" width="22" height="28" rx="5" fill="var(--brass-strong)" />
      <rect x="11.5" y="5.5" width="9" height="2.2" rx="1.1" fill="var(--surface)" />
      <circle cx="16" cy="16" r="4" fill="var(--surface)" />
      <path d="M14.6 17.5h2.8l1.4 7.5h-5.6z" fill="var(--surface)" />
    </svg>
  );
}
