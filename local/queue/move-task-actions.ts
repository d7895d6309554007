import { type Action, action } from './action.ts';
import type { MoveTask } from './move-task.ts';
import { done, invalidParameter, type Outcome, refused } from './outcome.ts';
import { queueArnOf, queueNameOfArn } from './queue-address.ts';
import { WIRE } from './wire.ts';

const MAXIMUM_LISTED = 10;

/** Redrive of dead letters. A task is finished when StartMessageMoveTask answers, so there is nothing to cancel. */
export const moveTaskActions: Readonly<Record<string, Action>> = {
  StartMessageMoveTask: action(WIRE.StartMessageMoveTask, ({ engine }, input) => {
    const source = nameOf('SourceArn', input.SourceArn);
    const destination =
      input.DestinationArn === undefined ? done(null) : nameOf('DestinationArn', input.DestinationArn);
    if (!source.ok) {
      return source;
    }
    if (!destination.ok) {
      return destination;
    }
    const task = engine.startMoveTask(source.value, destination.value);
    if (task.ok) {
      return done({ TaskHandle: task.value.taskHandle });
    }
    return task.error.code === 'QueueDoesNotExist'
      ? refused(
          'ResourceNotFoundException',
          'The resource that you specified for the SourceArn or DestinationArn parameter does not exist.',
        )
      : task;
  }),

  ListMessageMoveTasks: action(WIRE.ListMessageMoveTasks, ({ engine }, input) => {
    const source = nameOf('SourceArn', input.SourceArn);
    const limit = input.MaxResults ?? 1;
    if (!source.ok) {
      return source;
    }
    if (limit < 1 || limit > MAXIMUM_LISTED) {
      return invalidParameter('MaxResults', limit, `Must be between 1 and ${MAXIMUM_LISTED}.`);
    }
    const tasks = engine.listMoveTasks(source.value, limit);
    return tasks.ok
      ? done({ Results: tasks.value.map(moveTaskOnWire) })
      : refused(
          'ResourceNotFoundException',
          'The resource that you specified for the SourceArn parameter does not exist.',
        );
  }),
};

function nameOf(parameter: string, arn: string): Outcome<string> {
  const name = queueNameOfArn(arn);
  return name === null ? invalidParameter(parameter, arn, 'It must be the ARN of a queue.') : done(name);
}

function moveTaskOnWire(task: MoveTask): Record<string, unknown> {
  return {
    Status: task.status,
    SourceArn: queueArnOf(task.sourceName),
    ...(task.destinationName === null ? {} : { DestinationArn: queueArnOf(task.destinationName) }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    StartedTimestamp: task.startedAt,
    ...(task.failureReason === null ? {} : { FailureReason: task.failureReason }),
  };
}
