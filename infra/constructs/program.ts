import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environments/settings.ts';
import { acknowledgeWildcards } from './acknowledge-wildcards.ts';
import type { CodeOf } from './bundle.ts';
import type { Grant } from './grants.ts';

export interface ProgramProps {
  readonly settings: EnvironmentSettings;
  /** Folder under functions/ whose handler.ts is deployed; known by path only. */
  readonly folder: string;
  readonly codeOf: CodeOf;
  readonly description: string;
  readonly memoryMb: number;
  readonly timeout: Duration;
  readonly environment: Readonly<Record<string, string>>;
  /** All it may do beside writing its log. */
  readonly grants: readonly Grant[];
  /** @default it shares the account's concurrency */
  readonly reservedConcurrency?: number | undefined;
}

/** One entry point on Lambda: Node 24 on arm64, under a role of its own that may do what is listed and nothing else. */
export function program(scope: Construct, id: string, props: ProgramProps): LambdaFunction {
  const { settings, folder } = props;
  const { code, release } = props.codeOf(folder);
  const logGroup = new LogGroup(scope, `${id}Log`, {
    logGroupName: `/postrider/${settings.name}/${folder}`,
    retention: settings.logRetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    description: `What ${folder} of Postrider ${settings.name} may do`,
  });
  const log: Grant = {
    statement: new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [`${logGroup.logGroupRef.logGroupArn}:*`],
    }),
    wildcards: 'Lambda names the streams of a log group.',
  };
  for (const { statement, wildcards } of [log, ...props.grants]) {
    if (wildcards !== undefined) acknowledgeWildcards(role, statement.resources, wildcards);
    role.addToPolicy(statement);
  }
  if (settings.tracing === 'active') acknowledgeWildcards(role, ['*'], 'X-Ray knows no resources.');
  return new LambdaFunction(scope, id, {
    functionName: `postrider-${settings.name}-${folder}`,
    description: props.description,
    code,
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: props.memoryMb,
    timeout: props.timeout,
    environment: { ...props.environment, POSTRIDER_RELEASE: release },
    role,
    logGroup,
    loggingFormat: LoggingFormat.JSON,
    applicationLogLevelV2: ApplicationLogLevel.INFO,
    // Lambda's own START, END and REPORT lines of each call would cost more than ours.
    systemLogLevelV2: SystemLogLevel.WARN,
    ...(settings.tracing === 'active' && { tracing: Tracing.ACTIVE }),
    ...(props.reservedConcurrency !== undefined && { reservedConcurrentExecutions: props.reservedConcurrency }),
  });
}
