import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { FieldProblem, Gateway } from '#shared/gateways/gateway.ts';
import { said } from '../builders/notifications.ts';

const settingsSchema = z.strictObject({ apiKey: z.string().min(1), publicPath: z.string().optional() });
const secretsSchema = z.strictObject({ sharedSecret: z.string().min(8), password: z.string().min(8).optional() });

/** A gateway that says little: enough for the registry and for reports. */
export function createPlainGateway(): Gateway {
  return {
    front: {
      name: 'ixopay',
      methods: ['POST'],
      keptHeaders: () => ({}),
      verify: () => ({ ok: false, code: 'signature_missing', detail: 'not asked here' }),
      inboxKey: (source, body) => createHash('sha256').update(source).update(body).digest('base64url'),
      acknowledge: () => ({ status: 200, headers: {}, body: 'OK' }),
    },
    normalize({ body }) {
      const { uuid } = z.object({ uuid: z.string() }).parse(JSON.parse(Buffer.from(body).toString()));
      const { notification, origin } = said({ id: uuid, status: 'FINISHED' });
      return { notifications: [notification], origin };
    },
    readReport({ result, request }) {
      const read = z.looseObject({ uuid: z.string() }).safeParse(result);
      if (!read.success) return { effect: 'none', why: 'the answer has no uuid' };
      const body = Buffer.from(JSON.stringify({ result, request }));
      return { effect: 'stored', body, subjectId: read.data.uuid };
    },
    checkSettings(settings, secrets, mode) {
      const readSettings = settingsSchema.safeParse(settings);
      const kept = mode === 'change' ? secretsSchema.partial() : secretsSchema;
      const readSecrets = kept.safeParse(secrets);
      if (readSettings.success && readSecrets.success) {
        const values = Object.entries(readSecrets.data).filter(
          (entry): entry is [string, string] => entry[1] !== undefined,
        );
        return { ok: true, settings: readSettings.data, secrets: Object.fromEntries(values) };
      }
      const problems = [
        ...problemsOf('/settings', settings, readSettings.error),
        ...problemsOf('/secrets', secrets, readSecrets.error),
      ];
      return { ok: false, problems };
    },
    allReadings: (settings) => settings,
    variations: () => [],
    decidedBy: { signature_mismatch: '/secrets/sharedSecret' },
    confirms: ['transaction'],
  };
}

/** Careless on purpose: it hands on the values of secrets, which the API must drop. */
function problemsOf(root: string, input: unknown, error: z.ZodError | undefined): readonly FieldProblem[] {
  return (error?.issues ?? []).flatMap((issue) =>
    (issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.join('/')]).map((name) => ({
      field: `${root}/${name}`,
      value: typeof input === 'object' && input !== null ? Reflect.get(input, name) : input,
      message: issue.message,
    })),
  );
}
