import { useState } from 'react';

/** Has the service fetch a file itself. */
export function UrlForm({ onUrl }: { onUrl: (url: string) => void }) {
  const [url, setUrl] = useState('');
  return (
    <form
      className="url-form"
      onSubmit={(event) => {
        event.preventDefault();
        onUrl(url);
        setUrl('');
      }}
    >
      <input
        className="input"
        type="url"
        required
        aria-label="Address of a file to fetch"
        placeholder="https://… to fetch a file from"
        value={url}
        onChange={({ target }) => setUrl(target.value)}
      />
      <button type="submit" className="button">
        Fetch
      </button>
    </form>
  );
}
