import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, expectDone, openTestEngine, type TestEngine } from './engine-fixture.ts';

/** What a FIFO queue must do, as plainly as it can be said: lists of messages, and until when each is held. */
interface ModelMessage {
  readonly body: string;
  heldUntil: number;
  handle: string | null;
}

interface Model {
  readonly groups: Map<string, ModelMessage[]>;
  readonly deduplication: Map<string, number>;
  /** Every handle ever given, with its message's body: old ones are tried again. */
  readonly handles: { readonly handle: string; readonly group: string; readonly body: string }[];
  sent: number;
}

interface World {
  readonly model: Model;
  readonly real: TestEngine;
}

const QUEUE = 'q.fifo';
const VISIBILITY_SECONDS = 30;

class Send implements fc.Command<Model, TestEngine> {
  readonly group: string;
  readonly id: string;
  constructor(group: string, id: string) {
    this.group = group;
    this.id = id;
  }
  check = () => true;
  run(model: Model, real: TestEngine): void {
    model.sent += 1;
    const body = `${this.group}:${model.sent}`;
    const known = (model.deduplication.get(this.id) ?? 0) > real.clock.now;
    const sent = expectDone(real.engine.sendMessage(QUEUE, { body, groupId: this.group, deduplicationId: this.id }));
    expect(sent.duplicate).toBe(known);
    if (!known) {
      model.deduplication.set(this.id, real.clock.now + 300_000);
      const messages = model.groups.get(this.group) ?? [];
      messages.push({ body, heldUntil: 0, handle: null });
      model.groups.set(this.group, messages);
    }
  }
  toString = () => `send(${this.group}, ${this.id})`;
}

class Receive implements fc.Command<Model, TestEngine> {
  readonly maximum: number;
  constructor(maximum: number) {
    this.maximum = maximum;
  }
  check = () => true;
  run(model: Model, real: TestEngine): void {
    const now = real.clock.now;
    const free = [...model.groups.values()].filter((messages) => messages.every((m) => m.heldUntil <= now));
    const available = free.reduce((sum, messages) => sum + messages.length, 0);
    const received = expectDone(real.engine.receiveMessages(QUEUE, { maximum: this.maximum }));
    expect(received).toHaveLength(Math.min(this.maximum, available));
    for (const message of received) {
      const group = message.fifoGroup ?? '';
      const next = (model.groups.get(group) ?? []).find((m) => m.heldUntil <= now);
      expect(message.body).toBe(next?.body);
      if (next !== undefined) {
        next.heldUntil = now + VISIBILITY_SECONDS * 1_000;
        next.handle = message.receiptHandle;
        model.handles.push({ handle: message.receiptHandle, group, body: message.body });
      }
    }
  }
  toString = () => `receive(${this.maximum})`;
}

/** Delete or change the visibility by the handle at a place in the history, new or old. */
class UseHandle implements fc.Command<Model, TestEngine> {
  readonly place: number;
  readonly seconds: number | 'delete';
  constructor(place: number, seconds: number | 'delete') {
    this.place = place;
    this.seconds = seconds;
  }
  check = (model: Readonly<Model>) => model.handles.length > 0;
  run(model: Model, real: TestEngine): void {
    const used = model.handles[model.handles.length - 1 - (this.place % model.handles.length)];
    if (used === undefined) {
      return;
    }
    const messages = model.groups.get(used.group) ?? [];
    const message = messages.find((m) => m.body === used.body);
    const now = real.clock.now;
    const holds = message !== undefined && message.handle === used.handle && message.heldUntil > now;
    if (this.seconds === 'delete') {
      const code = codeOf(real.engine.deleteMessage(QUEUE, used.handle));
      expect(code).toBe(message === undefined || holds ? 'done' : 'InvalidParameterValue');
      if (holds) {
        model.groups.set(
          used.group,
          messages.filter((m) => m !== message),
        );
      }
      return;
    }
    const code = codeOf(real.engine.changeVisibility(QUEUE, used.handle, this.seconds));
    expect(code === 'done').toBe(holds);
    if (holds) {
      message.heldUntil = this.seconds === 0 ? 0 : now + this.seconds * 1_000;
    }
  }
  toString = () => `${this.seconds === 'delete' ? 'delete' : `hide ${this.seconds}s`}(handle -${this.place})`;
}

class Wait implements fc.Command<Model, TestEngine> {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
  check = () => true;
  run(_model: Model, real: TestEngine): void {
    real.clock.now += this.ms;
  }
  toString = () => `wait(${this.ms})`;
}

class Restart implements fc.Command<Model, TestEngine> {
  check = () => true;
  run(_model: Model, real: TestEngine): void {
    real.restart();
  }
  toString = () => 'restart';
}

class Count implements fc.Command<Model, TestEngine> {
  check = () => true;
  run(model: Model, real: TestEngine): void {
    const messages = [...model.groups.values()].flat();
    const inFlight = messages.filter((m) => m.heldUntil > real.clock.now).length;
    const counts = expectDone(real.engine.countMessages(QUEUE));
    expect(counts).toEqual({ visible: messages.length - inFlight, inFlight, delayed: 0 });
  }
  toString = () => 'count';
}

function openWorld(): World {
  const real = openTestEngine('memory');
  const attributes = { FifoQueue: 'true', VisibilityTimeout: String(VISIBILITY_SECONDS) };
  expectDone(real.engine.createQueue({ name: QUEUE, attributes }));
  return { real, model: { groups: new Map(), deduplication: new Map(), handles: [], sent: 0 } };
}

/** Receives and deletes until nothing is left: what comes out is what the model still holds, each once, in order. */
function drain({ model, real }: World): void {
  real.clock.now += 43_200_000;
  const out = new Map<string, string[]>();
  for (;;) {
    const received = expectDone(real.engine.receiveMessages(QUEUE, { maximum: 10 }));
    if (received.length === 0) {
      break;
    }
    for (const message of received) {
      const group = message.fifoGroup ?? '';
      out.set(group, [...(out.get(group) ?? []), message.body]);
      expectDone(real.engine.deleteMessage(QUEUE, message.receiptHandle));
    }
  }
  const left = [...model.groups].filter(([, messages]) => messages.length > 0);
  expect(out).toEqual(new Map(left.map(([group, messages]) => [group, messages.map((m) => m.body)])));
}

describe('the engine against a model of a FIFO queue', () => {
  it('never loses, doubles or reorders, whatever is sent, received, deleted, hidden, waited for or restarted', () => {
    const group = fc.constantFrom('a', 'b', 'c');
    const place = fc.nat({ max: 6 });
    const commands = fc.commands(
      [
        fc.tuple(group, fc.nat({ max: 400 })).map(([name, id]) => new Send(name, `d${id}`)),
        fc.tuple(group, fc.nat({ max: 3 })).map(([name, id]) => new Send(name, `d${id}`)),
        fc.integer({ min: 1, max: 10 }).map((maximum) => new Receive(maximum)),
        fc.integer({ min: 1, max: 3 }).map((maximum) => new Receive(maximum)),
        place.map((at) => new UseHandle(at, 'delete')),
        fc.tuple(place, fc.constantFrom(0, 5, 60)).map(([at, seconds]) => new UseHandle(at, seconds)),
        fc.constantFrom(1, 4_999, 30_000, 300_000).map((ms) => new Wait(ms)),
        fc.constant(new Restart()),
        fc.constant(new Count()),
      ],
      { maxCommands: 60, size: 'max' },
    );
    fc.assert(
      fc.property(commands, (sequence) => {
        const world = openWorld();
        try {
          fc.modelRun(() => world, sequence);
          drain(world);
        } finally {
          world.real.close();
        }
      }),
      { numRuns: 150 },
    );
  });
});
