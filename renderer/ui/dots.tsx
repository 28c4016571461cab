/** A hidden value: always as many dots, so that nothing of its length shows. */
export function Dots() {
  return (
    <span className="mono soft" role="img" aria-label="hidden value">
      ••••••••••••
    </span>
  );
}
