import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';

/** Calls a function each minute; a call that failed is not repeated, the next minute does the same. */
export function eachMinute(scope: Construct, id: string, called: IFunction): Schedule {
  return new Schedule(scope, id, {
    schedule: ScheduleExpression.rate(Duration.minutes(1)),
    target: new LambdaInvoke(called, { retryAttempts: 0 }),
  });
}
