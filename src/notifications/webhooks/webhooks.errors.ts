import { DomainError, Problem } from '../../platform/errors/domain-error';

@Problem({
  code: 'webhook_not_found',
  status: 404,
  title: 'There is no such webhook',
  meaning: 'No webhook of yours has this id. The same answer is given for a webhook of somebody else.',
})
export class WebhookNotFound extends DomainError {
  constructor(webhookId: string) {
    super('There is no such webhook.', { extensions: { webhook_id: webhookId } });
  }
}

@Problem({
  code: 'delivery_not_found',
  status: 404,
  title: 'There is no such delivery',
  meaning: 'The webhook has no delivery of this id, or it is older than a month.',
})
export class DeliveryNotFound extends DomainError {
  constructor(deliveryId: string) {
    super('There is no such delivery.', { extensions: { delivery_id: deliveryId } });
  }
}

@Problem({
  code: 'webhook_disabled',
  status: 409,
  title: 'The webhook is disabled',
  meaning: 'Nothing is sent to a webhook that is disabled. Enable it with PATCH first.',
})
export class WebhookDisabled extends DomainError {
  constructor() {
    super('The webhook is disabled; enable it first.');
  }
}

@Problem({
  code: 'too_many_webhooks',
  status: 409,
  title: 'There are too many webhooks',
  meaning: 'An owner has 20 webhooks at most. Delete one that is not used any more.',
})
export class TooManyWebhooks extends DomainError {
  constructor(limit: number) {
    super(`An owner has ${limit} webhooks at most.`);
  }
}
