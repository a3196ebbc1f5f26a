import { compose } from '../platform/mail/letter';
import type { Mail } from '../platform/mail/mail';
import type { User } from './user';

/** Tells somebody that they have an account now. The name is all that it repeats: anybody may have typed the address. */
export function welcomeMail({ userId, username }: User, address: string): Mail {
  const letter = compose({
    subject: 'Welcome to Filemill',
    heading: `Welcome, ${username}`,
    blocks: [
      {
        paragraph: 'You have an account now. Log in with your user name or this address, and hand in files.',
      },
      { facts: [['User name', username]] },
      { paragraph: 'If this was not you, somebody gave your address by mistake: you need not do anything.' },
    ],
  });
  return { owner: userId, to: address, ...letter };
}
