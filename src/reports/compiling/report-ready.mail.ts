import { compose } from '../../platform/mail/letter';
import type { Mail, MailAttachment } from '../../platform/mail/mail';
import type { Report } from '../report';
import { sum, type Figures } from './figures';
import { bytes, count, period } from './report-texts';

/** Brings a report, with the figures that matter most in the mail itself. */
export function reportReadyMail(report: Report, figures: Figures, attachment: MailAttachment): Mail {
  const { completed, failed } = figures.totals;
  const letter = compose({
    subject: `Report: ${report.name}`,
    heading: report.name,
    blocks: [
      { paragraph: `The report you were sent is attached: ${period(report)}.` },
      {
        facts: [
          ['Jobs', count(sum(figures.totals))],
          ['Completed', count(completed)],
          ['Failed', count(failed)],
          ['Files', bytes(figures.sizeBytes)],
        ],
      },
    ],
  });
  return { owner: report.owner, to: report.recipient, ...letter, attachments: [attachment] };
}
