import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { adminApi, routeAdmin } from './constructs/admin-api.ts';
import type { CodeOf } from './constructs/bundle.ts';
import { callbackApi, routeCallbacks } from './constructs/callback-api.ts';
import { canary } from './constructs/canary.ts';
import { eachMinute } from './constructs/each-minute.ts';
import { Grants } from './constructs/grants.ts';
import { observe } from './constructs/observe.ts';
import { programs } from './constructs/programs.ts';
import { streamTo } from './constructs/stream-to.ts';
import type { PostriderDataStack } from './data-stack.ts';
import type { EnvironmentSettings } from './environments/settings.ts';
import { stackProps } from './stack-props.ts';

/**
 * So often apply is tried before a record goes to the bucket. Storage trouble counts too: with the pauses that apply makes
 * (stream-batch.ts) so many tries take more than an hour, by when `unapplied-1h` rings.
 */
const APPLY_TRIES = 100;

/** A question's row stays; only its wake-up is given up. */
const QUESTION_TRIES = 3;

/** What of an environment can be deleted and made again: the URLs that are called, the functions, and what drives them. */
export class PostriderStack extends Stack {
  constructor(scope: Construct, id: string, settings: EnvironmentSettings, data: PostriderDataStack, codeOf: CodeOf) {
    super(scope, id, stackProps(settings, 'what runs'));
    this.addStackDependency(data);
    const grants = new Grants(this, data, settings);
    const callbacks = callbackApi(this, settings);
    const admin = adminApi(this, settings);
    const functions = programs(this, {
      settings,
      data,
      grants,
      codeOf,
      callbackBase: callbacks.base,
      adminBase: admin.base,
    });
    const { receive, apply } = functions;
    // What is called: the newest code at once, or an alias that moves to it by and by.
    const aliases = settings.canary ? { receive: receive.addAlias('live'), apply: apply.addAlias('live') } : undefined;
    const live = (aliases ?? { receive, apply }) as Readonly<Record<'receive' | 'apply', IFunction>>;
    routeCallbacks(callbacks, live.receive);
    routeAdmin(admin, functions.admin, settings);
    streamTo(data.streamArns.inbox, live.apply, {
      settings,
      filter: { eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: ['row'] } } } },
      giveUp: { tries: APPLY_TRIES, into: data.applyFailures },
    });
    // Never given up: a head that is skipped is an event that no merchant gets.
    streamTo(data.streamArns.ledger, functions.relay, {
      settings,
      filter: { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { sk: { S: ['v#head'] } } } },
    });
    eachMinute(this, 'RedeliverEachMinute', functions.redeliver);
    // A new question is asked at once; those that wait for their time, each minute.
    streamTo(data.streamArns.delivery, functions.confirm, {
      settings,
      filter: { eventName: ['INSERT'], dynamodb: { Keys: { pk: { S: [{ prefix: 'confirmation#' }] } } } },
      // The minute's call finds what is left: nothing is lost with a record.
      giveUp: { tries: QUESTION_TRIES },
    });
    eachMinute(this, 'ConfirmEachMinute', functions.confirm);
    eachMinute(this, 'ReconcileEachMinute', functions.reconcile);
    const { tables, applyFailures } = data;
    const alarms = observe(this, { settings, functions, callbackApi: callbacks.api, tables, applyFailures });
    if (aliases !== undefined) {
      canary(this, settings, {
        receive: { alias: aliases.receive, alarms: [alarmNamed(alarms, 'callbacks-5xx')] },
        apply: { alias: aliases.apply, alarms: [] },
      });
    }

    const output = (name: string, value: string, description: string) =>
      new CfnOutput(this, name, { value, description });
    output('CallbackBase', callbacks.base, 'Base of the callback URLs');
    output('AdminUrl', `${admin.base}/api/v1`, 'Base of the admin API');
    output('QueuePrefix', grants.queuePrefix, 'Begins the name of each queue that Postrider makes');
    for (const [name, { target }] of Object.entries({ CallbackDomainTarget: callbacks, AdminDomainTarget: admin })) {
      if (target !== undefined) output(name, target, 'What the custom domain must point to: a CNAME record');
    }
  }
}

function alarmNamed(alarms: ReadonlyMap<string, Alarm>, name: string): Alarm {
  const found = alarms.get(name);
  if (found === undefined) throw new Error(`observe.ts makes no alarm ${name}`);
  return found;
}
