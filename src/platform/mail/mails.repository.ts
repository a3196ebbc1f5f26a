import { Injectable } from '@nestjs/common';
import { Database, type Migrations, type Queries } from '../database/database';
import { OwnedData } from '../owners/owned-data';
import type { MailAttachment, WaitingMail } from './mail';

/** A mail that waits. What was sent has no row. */
export interface MailRow {
  mail_id: string;
  owner: string;
  recipient: string;
  subject: string;
  text: string;
  html: string;
  attachments: string;
  created_at: number;
}

declare module '../database/database' {
  interface Tables {
    mails: MailRow;
  }
}

export const mailMigrations: Migrations = {
  '0020-mails': {
    async up(db) {
      await db.schema
        .createTable('mails')
        .addColumn('mail_id', 'text', (column) => column.primaryKey())
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('recipient', 'text', (column) => column.notNull())
        .addColumn('subject', 'text', (column) => column.notNull())
        .addColumn('text', 'text', (column) => column.notNull())
        .addColumn('html', 'text', (column) => column.notNull())
        .addColumn('attachments', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('mails_by_owner').on('mails').column('owner').execute();
      await db.schema.createIndex('mails_by_age').on('mails').column('created_at').execute();
    },
  },
};

/** The mails that wait. Those of a deleted account are not sent any more: their tasks find nothing. */
@Injectable()
export class MailsRepository extends OwnedData {
  constructor(private readonly database: Database) {
    super();
  }

  async insert(queries: Queries, mail: WaitingMail): Promise<void> {
    await queries.insertInto('mails').values(toRow(mail)).execute();
  }

  async find(mailId: string): Promise<WaitingMail | undefined> {
    const row = await this.database.committed
      .selectFrom('mails')
      .selectAll()
      .where('mail_id', '=', mailId)
      .executeTakeFirst();
    return row && toMail(row);
  }

  async remove(queries: Queries, mailId: string): Promise<void> {
    await queries.deleteFrom('mails').where('mail_id', '=', mailId).execute();
  }

  override async deleteOwned(owner: string): Promise<void> {
    await this.database.transaction((queries) =>
      queries.deleteFrom('mails').where('owner', '=', owner).execute(),
    );
  }

  async prune(before: number): Promise<void> {
    await this.database.transaction((queries) =>
      queries.deleteFrom('mails').where('created_at', '<', before).execute(),
    );
  }
}

function toRow(mail: WaitingMail): MailRow {
  return {
    mail_id: mail.mailId,
    owner: mail.owner,
    recipient: mail.to,
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    attachments: JSON.stringify(mail.attachments),
    created_at: mail.createdAt,
  };
}

function toMail(row: MailRow): WaitingMail {
  return {
    mailId: row.mail_id,
    owner: row.owner,
    to: row.recipient,
    subject: row.subject,
    text: row.text,
    html: row.html,
    attachments: JSON.parse(row.attachments) as MailAttachment[],
    createdAt: row.created_at,
  };
}
