import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { adminApi, routeAdmin } from './constructs/admin-api.ts';
import type { CodeOf } from './constructs/bundle.ts';
import { callbackApi, routeCallbacks } from './constructs/callback-api.ts';
import { eachMinute } from './constructs/each-minute.ts';
import { Grants } from './constructs/grants.ts';
import { programs } from './constructs/programs.ts';
import { streamTo } from './constructs/stream-to.ts';
import type { PostriderDataStack } from './data-stack.ts';
import type { EnvironmentSettings } from './environments/settings.ts';
import { stackProps } from './stack-props.ts';

/** So often apply is tried on records that end it without an answer (time, memory) before they go to the bucket. */
const APPLY_TRIES = 20;

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
    const live = {
      receive: liveOf(functions.receive, settings),
      apply: liveOf(functions.apply, settings),
    };
    routeCallbacks(callbacks, live.receive);
    routeAdmin(admin, functions.admin);
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

/** What is called: the newest code at once, or where the settings ask for a canary, an alias that moves by and by. */
function liveOf(code: LambdaFunction, settings: EnvironmentSettings): IFunction {
  if (!settings.canary) return code;
  return code.addAlias('live') as IFunction;
}
