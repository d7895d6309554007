import { digestOfParts } from '#shared/model/digest.ts';
import type { NoticeNotification } from '#shared/model/notification.ts';
import { isSnsHost } from './hosts.ts';
import type { SnsMessage } from './sns-message.ts';

export const SUBSCRIPTION = 'subscription';
const REASON = 'subscription_confirmation';
const ID = /^subscription-[A-Za-z0-9_-]{43}$/;

/** Of the notice about a subscription: the same from the message and from the answer to its confirmation. */
export function subscriptionId({ topicArn, token = '' }: SnsMessage): string {
  return `subscription-${digestOfParts(topicArn, token)}`;
}

export function isSubscriptionId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

/** Somebody subscribed the callback URL to a topic: until it is confirmed, nothing of the topic comes. */
export function subscriptionNotice(message: SnsMessage, confirm: string | undefined): NoticeNotification {
  const isAuto = confirm === 'auto';
  const detail = isAuto
    ? `The callback URL was subscribed to ${message.topicArn}; the subscription is being confirmed.`
    : `The callback URL was subscribed to ${message.topicArn}: if that is right, open the SubscribeURL of this callback (its body is in the history), or set /settings/confirmSubscriptions to auto and have the confirmation sent again.`;
  return {
    ...{ about: 'notice', id: subscriptionId(message), status: 'RECEIVED', reason: REASON, detail },
    ...(isAuto && { ask: { as: SUBSCRIPTION } }),
  };
}

export function confirmedNotice(id: string): NoticeNotification {
  const detail = 'The subscription of the callback URL is confirmed.';
  return { about: 'notice', id, status: 'RESOLVED', reason: REASON, detail };
}

/** Somebody ended the subscription: from now on nothing of the topic comes. */
export function unsubscribedNotice({ topicArn }: SnsMessage): NoticeNotification {
  return {
    ...{ about: 'notice', status: 'RECEIVED', reason: 'unsubscribe_confirmation' },
    detail: `The callback URL was unsubscribed from ${topicArn}: no notification of it comes any more. If that is wrong, open the SubscribeURL of this callback (its body is in the history) or enter the URL anew in Seller Central.`,
  };
}

export type Visit =
  | { readonly ok: true; readonly host: string; readonly path: string }
  | { readonly ok: false; readonly why: string };

/**
 * Where a subscription is confirmed: written anew from the parts of SubscribeURL that were checked, so that nothing else
 * of it is ever visited.
 */
export function visitOf(message: SnsMessage, settings: Readonly<Record<string, unknown>>): Visit {
  const { topicArn, token = '', subscribeUrl = '' } = message;
  const no = (why: string): Visit => ({ ok: false, why });
  const topics = settings['topicArns'];
  if (!Array.isArray(topics) || !topics.includes(topicArn)) return no('its topic is none of /settings/topicArns');
  if (!URL.canParse(subscribeUrl)) return no('SubscribeURL is none');
  const url = new URL(subscribeUrl);
  const isBare = url.protocol === 'https:' && url.username === '' && url.password === '' && url.hash === '';
  if (!isBare || url.pathname !== '/' || !isSnsHost(url.hostname, url.port, settings)) {
    return no('SubscribeURL is none of Amazon SNS');
  }
  const query = [...url.searchParams].map(([name, value]) => `${name}\n${value}`).sort();
  const expected = ['Action\nConfirmSubscription', `Token\n${token}`, `TopicArn\n${topicArn}`];
  if (query.join('\n\n') !== expected.join('\n\n'))
    return no('SubscribeURL does not confirm the subscription of this message');
  const path = `/?Action=ConfirmSubscription&TopicArn=${encodeURIComponent(topicArn)}&Token=${encodeURIComponent(token)}`;
  return { ok: true, host: url.host, path };
}

/** Whether Amazon SNS answered that the subscription is confirmed: the XML names it by an ARN below its topic's. */
export function isConfirmed(body: Uint8Array): boolean {
  const text = Buffer.from(body).toString('latin1');
  return /<SubscriptionArn>\s*arn:aws[a-z-]*:sns:[^<\s]{1,512}<\/SubscriptionArn>/.test(text.slice(0, 8_192));
}
