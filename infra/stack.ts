import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { callbackApi } from './constructs/callback-api.ts';
import { deliveryTable } from './constructs/delivery-table.ts';
import { eachMinute } from './constructs/each-minute.ts';
import { inboxTable } from './constructs/inbox-table.ts';
import { ledgerTable } from './constructs/ledger-table.ts';
import { notDeployableYet } from './constructs/not-deployable-yet.ts';
import { program } from './constructs/program.ts';
import { registryTable } from './constructs/registry-table.ts';
import { streamTo } from './constructs/stream-to.ts';
import type { EnvironmentSettings } from './environments/settings.ts';

/** One environment: the URL that gateways call, four tables, and the functions between them. */
export class PostriderStack extends Stack {
  constructor(scope: Construct, id: string, settings: EnvironmentSettings) {
    super(scope, id, {
      description: `Postrider, environment ${settings.name}`,
      env: { region: settings.region, ...(settings.account === undefined ? {} : { account: settings.account }) },
    });
    const inbox = inboxTable(this, settings);
    const ledger = ledgerTable(this, settings);
    const registry = registryTable(this, settings);
    const delivery = deliveryTable(this, settings);
    const environment = {
      POSTRIDER_ENVIRONMENT: settings.name,
      POSTRIDER_INBOX_TABLE: inbox.tableName,
      POSTRIDER_LEDGER_TABLE: ledger.tableName,
      POSTRIDER_REGISTRY_TABLE: registry.tableName,
      POSTRIDER_DELIVERY_TABLE: delivery.tableName,
    };

    const receive = program(this, 'Receive', {
      settings,
      folder: 'receive',
      description: 'Verifies a callback, stores it, answers the gateway',
      memoryMb: 512,
      timeout: Duration.seconds(8),
      environment,
    });
    inbox.grant(receive, 'dynamodb:PutItem');
    registry.grant(receive, 'dynamodb:GetItem');
    delivery.grant(receive, 'dynamodb:UpdateItem');
    const api = callbackApi(this, settings, receive);

    const apply = program(this, 'Apply', {
      settings,
      folder: 'apply',
      description: 'Turns stored callbacks into versions of the ledger',
      memoryMb: 1024,
      timeout: Duration.seconds(60),
      environment,
    });
    inbox.grant(apply, 'dynamodb:GetItem', 'dynamodb:Query');
    ledger.grant(apply, 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:UpdateItem');
    registry.grant(apply, 'dynamodb:GetItem');
    delivery.grant(apply, 'dynamodb:PutItem', 'dynamodb:DeleteItem');
    streamTo(inbox, apply, { eventName: ['INSERT'] });

    const relay = program(this, 'Relay', {
      settings,
      folder: 'relay',
      description: 'Sends new versions to the queues of the merchant',
      memoryMb: 1024,
      timeout: Duration.seconds(60),
      environment,
    });
    streamTo(ledger, relay, {
      eventName: ['INSERT', 'MODIFY'],
      dynamodb: { Keys: { sk: { S: ['v#head'] } } },
    });

    const redeliver = program(this, 'Redeliver', {
      settings,
      folder: 'redeliver',
      description: 'Sends parked events again',
      memoryMb: 1024,
      timeout: Duration.seconds(55),
      environment,
    });
    eachMinute(this, 'RedeliverEachMinute', redeliver);

    for (const sender of [relay, redeliver]) {
      ledger.grant(sender, 'dynamodb:GetItem', 'dynamodb:Query');
      registry.grant(sender, 'dynamodb:GetItem', 'dynamodb:Query');
      delivery.grant(
        sender,
        'dynamodb:GetItem',
        'dynamodb:Query',
        'dynamodb:PutItem',
        'dynamodb:UpdateItem',
        'dynamodb:DeleteItem',
      );
      this.allowManagedQueues(sender);
    }
    notDeployableYet(this);
    new CfnOutput(this, 'CallbackBase', { value: api.apiEndpoint, description: 'Base of the callback URLs' });
  }

  /** The queues that Postrider makes itself (shared/registry/managed-queue-name.ts). */
  private allowManagedQueues(sender: NodejsFunction): void {
    const queues = this.formatArn({ service: 'sqs', resource: 'postrider-*' });
    sender.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queues] }));
  }
}
