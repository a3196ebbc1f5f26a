import { useState } from 'react';
import { filemill } from '../api/client';
import { SecretNotice } from '../ui/secret-notice';
import { showTrouble } from '../ui/toasts';

/** What is posted to the `callback_url` of single uploads is signed with a secret of its own. */
export function CallbackSecret() {
  const [secret, setSecret] = useState<string>();
  const rotate = async () => {
    try {
      setSecret((await filemill.rotateCallbackSecret()).secret);
    } catch (error) {
      showTrouble(error);
    }
  };
  return (
    <section className="card" aria-labelledby="callback-title">
      <h2 id="callback-title">Callbacks of single uploads</h2>
      <p className="muted">
        An upload can name a <code>callback_url</code> of its own. What is posted there is signed with this
        secret. A new one takes over at once; the one before is good for 24 hours more.
      </p>
      {secret !== undefined && (
        <SecretNotice title="The callback secret." secret={secret} label="Copy secret" />
      )}
      <div className="button-row">
        <button type="button" className="button" onClick={() => void rotate()}>
          New callback secret
        </button>
      </div>
    </section>
  );
}
