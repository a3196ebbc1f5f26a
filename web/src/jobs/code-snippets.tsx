import type { JobStatus } from '@filemill/sdk';
import { useState } from 'react';
import { BASE_URL } from '../api/base-url';
import { session } from '../api/session';
import { CopyButton } from '../ui/copy-button';
import { Segments } from '../ui/segments';
import { useStore } from '../ui/store';
import { curlOf, sdkOf, uploadCurlOf } from './snippets';

const KINDS = [
  { value: 'curl', label: 'curl' },
  { value: 'upload', label: 'Upload by curl' },
  { value: 'sdk', label: 'SDK' },
] as const;
const MAKERS = { curl: curlOf, upload: uploadCurlOf, sdk: sdkOf };

/** The same from a shell or a program. */
export function CodeSnippets({ job }: { job: JobStatus }) {
  const [kind, setKind] = useState<keyof typeof MAKERS>('curl');
  const needsKey = useStore(session.reader).is === 'user';
  const code = MAKERS[kind](job, { baseUrl: BASE_URL, needsKey });
  return (
    <section className="card" aria-labelledby="code-title">
      <h2 id="code-title">From your code</h2>
      <Segments label="Language" name="snippet" value={kind} options={KINDS} onChange={setKind} />
      <pre tabIndex={0} aria-label="Code">
        {code}
      </pre>
      {needsKey && (
        <p className="muted">
          With one of your <a href="#/account">API keys</a> as <code>FILEMILL_API_KEY</code>.
        </p>
      )}
      <CopyButton text={code} label="Copy code" />
    </section>
  );
}
