import type { CreateReport } from '@filemill/sdk';
import { useId } from 'react';
import { filemill } from '../api/client';
import { Form, FormField } from '../ui/form';
import { showToast } from '../ui/toasts';
import { periodOf } from './report-progress';
import { refreshReports } from './use-reports';

/** Has a report compiled. */
export function NewReport({ recipient }: { recipient: string | null }) {
  const formatId = useId();
  const request = async ({
    report_name = '',
    recipient_email = '',
    ...rest
  }: Readonly<Record<string, string>>) => {
    const format = rest['format'] as CreateReport['format'];
    await filemill.createReport({
      body: { report_name, recipient_email, format, ...periodOf(rest['first'], rest['to']) },
    });
    showToast({ text: `${report_name} is being compiled, and mailed to ${recipient_email}.` });
    await refreshReports();
  };
  return (
    <section className="card" aria-labelledby="new-report-title">
      <h2 id="new-report-title">New report</h2>
      <Form label="New report" submit="Compile" onSend={request}>
        {(trouble) => (
          <div className="form-grid report-form">
            <FormField label="Title" name="report_name" maxLength={120} required trouble={trouble} />
            <FormField
              label="Mailed to"
              name="recipient_email"
              type="email"
              autoComplete="email"
              defaultValue={recipient ?? undefined}
              required
              trouble={trouble}
            />
            <FormField
              label="First day"
              name="first"
              type="date"
              hint="Everything when left out"
              trouble={trouble}
            />
            <FormField
              label="Last day"
              name="to"
              type="date"
              hint="Until now when left out"
              trouble={trouble}
            />
            <div className="field">
              <label className="field-label" htmlFor={formatId}>
                Format
              </label>
              <select id={formatId} name="format" className="input">
                <option value="html">A page with charts</option>
                <option value="csv">A table (CSV)</option>
              </select>
            </div>
          </div>
        )}
      </Form>
    </section>
  );
}
