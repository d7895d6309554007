import type { AskOutcome } from '../asking.ts';
import type { OutboundAnswer } from '../outbound.ts';
import { readBody } from './body.ts';
import { plainId } from './guid.ts';
import { ItemReader } from './item-reader.ts';
import { readingOf, readReading } from './reading.ts';

type Settings = Readonly<Record<string, unknown>>;

/**
 * The answer as a statement, if it is about the payment that was asked for and of the connector's merchant; nothing of any
 * other is believed.
 */
export function checkAnswer(
  { body }: OutboundAnswer,
  settings: Settings,
  asked: { readonly id: string; readonly path: string },
): AskOutcome {
  const text = readingOf(settingsOfAnswers(settings));
  const reading = readReading(text);
  if (reading === undefined) return malformed('The connector has no paths to read the answer by.');
  const read = readBody(body, reading.bodyFormat);
  if (!read.ok) return malformed(read.detail);
  const item = new ItemReader(read.value, reading);
  const id = item.id('idPath');
  if (id === undefined) return malformed('The answer holds no id at /settings/idPath, or lookupPaths.idPath.');
  if (id !== plainId(asked.id)) return malformed('The answer is about another payment than was asked for.');
  const merchant = item.text('merchantIdPath');
  if (reading.merchantId !== undefined && merchant !== undefined && plainId(merchant) !== plainId(reading.merchantId)) {
    return { outcome: 'foreign', detail: 'The answer names another merchant than /settings/merchantId.' };
  }
  return {
    outcome: 'answered',
    statements: [{ body, declared: { reading: text }, method: 'GET', path: asked.path }],
  };
}

/** Those of callbacks, less what is about their envelope, with the paths that are others in answers. */
function settingsOfAnswers(settings: Settings): Settings {
  const { mode: _mode, itemsPath: _items, idempotencyPath: _event, bodyFormat: _format, ...places } = settings;
  const { lookupPaths } = settings;
  return { ...places, ...(typeof lookupPaths === 'object' ? lookupPaths : {}) };
}

function malformed(detail: string): AskOutcome {
  return { outcome: 'malformed', detail };
}
