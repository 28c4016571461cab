/** The sign over the desk: a keycard with its ring. */
export function BrandMark({ size }: { readonly size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect x="5" y="2" width="22" height="28" rx="5" fill="var(--brass-strong)" />
      <rect x="12" y="5.5" width="8" height="2" rx="1" fill="var(--surface)" />
      <circle cx="16" cy="17" r="5.5" fill="none" stroke="var(--surface)" strokeWidth="2.2" opacity="0.32" />
      <path
        d="M16 11.5a5.5 5.5 0 1 1-5.5 5.5"
        fill="none"
        stroke="var(--surface)"
        strokeWidth="2.2"
        strokeLinecap="round"
      />
    </svg>
  );
}
