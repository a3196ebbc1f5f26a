import { CopyButton } from './copy-button';

/** Something that the service says only once. */
export function SecretNotice({ title, secret, label }: { title: string; secret: string; label: string }) {
  return (
    <div className="notice notice-good" role="status">
      <div>
        <p className="notice-title">{title} It is shown this once.</p>
        <code>{secret}</code>
      </div>
      <CopyButton text={secret} label={label} />
    </div>
  );
}
