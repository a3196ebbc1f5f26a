import type { ApiKey, NewApiKey } from '@filemill/sdk';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { filemill, queries } from '../api/client';
import { Ago } from '../ui/ago';
import { ConfirmButton } from '../ui/confirm-button';
import { SecretNotice } from '../ui/secret-notice';
import { Empty, ErrorNotice, Loading } from '../ui/states';
import { showToast, showTrouble } from '../ui/toasts';
import { Form, FormField } from '../ui/form';

const KEY = ['api-keys'];

/** Keys for machines. */
export function ApiKeys() {
  const { data: keys, error, refetch } = useQuery({ queryKey: KEY, queryFn: () => filemill.listApiKeys() });
  const [made, setMade] = useState<NewApiKey>();
  const forget = ({ key_id: keyId }: ApiKey) =>
    setMade((latest) => (latest?.key_id === keyId ? undefined : latest));
  return (
    <section className="card" aria-labelledby="keys-title">
      <h2 id="keys-title">API keys</h2>
      <p className="muted">For programs, sent as X-API-Key. A key makes no keys and deletes no account.</p>
      {made && <SecretNotice title={`The key ${made.name} is made.`} secret={made.key} label="Copy key" />}
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!keys && !error && <Loading />}
      {keys?.length === 0 && <Empty title="No keys yet" />}
      {keys && keys.length > 0 && <KeyTable keys={keys} onDeleted={forget} />}
      <NewKey onMade={setMade} />
    </section>
  );
}

function NewKey({ onMade }: { onMade: (made: NewApiKey) => void }) {
  const make = async ({ name = '', reading }: Record<string, string>) => {
    onMade(await filemill.createApiKey({ body: { name, ...(reading && { scopes: ['read'] }) } }));
    await queries.invalidateQueries({ queryKey: KEY });
  };
  return (
    <Form label="Make a key" submit="Make a key" onSend={make}>
      {(trouble) => (
        <>
          <FormField label="What it is for" name="name" maxLength={100} required trouble={trouble} />
          <label className="check">
            <input type="checkbox" name="reading" /> For reading only
          </label>
        </>
      )}
    </Form>
  );
}

function KeyTable(props: { readonly keys: readonly ApiKey[]; readonly onDeleted: (key: ApiKey) => void }) {
  const remove = async (key: ApiKey) => {
    try {
      await filemill.deleteApiKey({ path: { key_id: key.key_id } });
      showToast({ text: `The key ${key.name} does not work any more.` });
      props.onDeleted(key);
    } catch (error) {
      showTrouble(error);
    }
    await queries.invalidateQueries({ queryKey: KEY });
  };
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label="Keys">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">For</th>
            <th scope="col">Begins with</th>
            <th scope="col">May</th>
            <th scope="col">Last used</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {props.keys.map((key) => (
            <tr key={key.key_id}>
              <td>{key.name}</td>
              <td>
                <code>{key.prefix}</code>
              </td>
              <td className="muted">{key.scopes.join(', ')}</td>
              <td className="muted">{key.last_used_at === null ? 'never' : <Ago at={key.last_used_at} />}</td>
              <td className="numeric">
                <ConfirmButton
                  label="Delete"
                  question="Delete for good?"
                  isSmall
                  onConfirm={() => void remove(key)}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
