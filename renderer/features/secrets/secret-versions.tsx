import { RelativeTime } from '../../ui/relative-time.tsx';
import { type SecretView, useSecrets } from './secrets-store.ts';

/** The versions, newest first; a click looks at one. */
export function SecretVersions({
  secret,
  current,
}: {
  readonly secret: SecretView;
  readonly current: number;
}) {
  const show = useSecrets((store) => store.show);
  const newestFirst = [...secret.versions].sort((a, b) => b.version - a.version);
  return (
    <div className="detail-box">
      {newestFirst.map((one) => (
        <button
          key={one.version}
          type="button"
          className="detail-row version-row"
          aria-pressed={one.version === secret.version}
          disabled={one.destroyed}
          onClick={() => void show(secret.path, one.version === current ? undefined : one.version)}
        >
          <span className="version-number">Version {one.version}</span>
          <span className="quiet grow">
            <RelativeTime at={one.createdAt} />
          </span>
          {one.version === current && <span className="tag tag-current">current</span>}
          {one.destroyed ? (
            <span className="tag">destroyed</span>
          ) : one.deletedAt !== null ? (
            <span className="tag">deleted</span>
          ) : null}
        </button>
      ))}
    </div>
  );
}
