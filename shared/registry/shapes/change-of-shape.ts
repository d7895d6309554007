import type { FieldProblem } from '#shared/gateways/gateway.ts';
import { ID_PATTERN, ID_RULE } from '../id.ts';
import type { Connector, ConnectorChecks, ForeignShape } from '../records.ts';
import type { ConnectorChange } from '../write-connector.ts';
import { type ForeignConnector, refuseShape, type ShapeRefusal } from './foreign-connector.ts';
import { readShapeValue } from './read-shape.ts';
import { bareGuid, GUID } from './scalars.ts';

/** What is there already, and what the caller says beside the document. */
export interface ShapeTarget {
  /** Of the path. */
  readonly connectorId: string;
  readonly before?: Connector | undefined;
  /** Of ours; left out: the document's owner is a merchant of ours. */
  readonly merchantId?: string | undefined;
}

/** A change of a connector that came as another system's document. */
export interface ShapeChange extends ConnectorChange {
  readonly shape: ForeignShape;
  readonly checks: ConnectorChecks;
}

export type ShapeChangeResult = { readonly ok: true; readonly change: ShapeChange } | ShapeRefusal;

/**
 * The change that makes our connector what the document says. What the document does not speak of stays as it is; a
 * secret that it does not give, too.
 */
export function changeOfShape(foreign: ForeignConnector, target: ShapeTarget): ShapeChangeResult {
  const { before, connectorId } = target;
  const gateway = checkGateway(foreign, before);
  if (gateway !== undefined) return gateway;
  const merchantId = merchantOf(foreign, target);
  const problems = [
    ...checkId(foreign, target),
    ...checkOwner(foreign, before),
    ...checkSecrets(foreign, before),
    ...(typeof merchantId === 'string' ? [] : [merchantId]),
  ];
  if (problems.length > 0 || typeof merchantId !== 'string') return refuseShape('invalid', problems);
  const { kind, document, name, settings, secrets, testMode, active, checks } = foreign;
  const change: ShapeChange = {
    ...{ connectorId, merchantId, gateway: foreign.gateway, name },
    settings: { ...before?.settings, ...settings },
    ...(Object.keys(secrets).length === 0 ? {} : { secrets }),
    ...(testMode === undefined ? {} : { testMode }),
    ...(active === undefined ? {} : { active }),
    ...{ shape: { kind, document }, checks },
  };
  return { ok: true, change };
}

/** Fields of ours under the document's own names, in what the registry says of a change. */
export function inForeignFields(
  foreign: Pick<ForeignConnector, 'fields'>,
  problems: readonly FieldProblem[],
): readonly FieldProblem[] {
  return problems.map((problem) => {
    const { field } = problem;
    const ours = Object.keys(foreign.fields)
      .filter((name) => name !== '' && (field === name || field.startsWith(`${name}/`)))
      .sort((a, b) => b.length - a.length)[0];
    if (ours === undefined) return problem;
    return { ...problem, field: `${foreign.fields[ours]}${field.slice(ours.length)}` };
  });
}

/** "Gateway cannot be changed after creation": over there a 400, here a 409. */
function checkGateway(foreign: ForeignConnector, before: Connector | undefined): ShapeRefusal | undefined {
  if (before === undefined || before.gateway === foreign.gateway) return undefined;
  const code = foreign.kind === 'payment-processor' ? 'bad_request' : 'immutable';
  const message = `is another gateway than the connector's, ${before.gateway}, which never changes`;
  return refuseShape(code, [{ field: foreign.fields['/gateway'] ?? '', message }]);
}

/**
 * The document's id is that of the path. A connector that was registered under an id of your own may name the foreign
 * one in its settings.
 */
function checkId(foreign: ForeignConnector, { connectorId, before }: ShapeTarget): readonly FieldProblem[] {
  if (foreign.id === undefined) return [];
  const { connectorGuid, paymentGatewayId } = before?.settings ?? {};
  const accepted = [connectorId, connectorGuid, paymentGatewayId].filter((id) => typeof id === 'string');
  if (accepted.some((id) => isSameId(id, foreign.id ?? ''))) return [];
  const message = `must be ${JSON.stringify(connectorId)} as in the path`;
  return [{ field: foreign.fields['/connectorId'] ?? '', value: foreign.id, message }];
}

function checkOwner(foreign: ForeignConnector, before: Connector | undefined): readonly FieldProblem[] {
  if (foreign.owner === undefined || before?.shape?.kind !== foreign.kind) return [];
  const earlier = readShapeValue(foreign.kind, before.shape.document);
  const owner = earlier.ok ? earlier.foreign.owner : undefined;
  if (owner === undefined || isSameId(owner, foreign.owner)) return [];
  const message = `is ${JSON.stringify(owner)} and never changes`;
  return [{ field: foreign.fields['/merchantId'] ?? '', value: foreign.owner, message }];
}

/** Secrets are replaced all together: what the document cannot give would be lost. */
function checkSecrets(foreign: ForeignConnector, before: Connector | undefined): readonly FieldProblem[] {
  const given = Object.keys(foreign.secrets);
  const lost = (before?.secretNames ?? []).filter((name) => !given.includes(name));
  if (given.length === 0 || lost.length === 0) return [];
  const message = `would take the place of all secrets, but ${lost.join(', ')} cannot be read from it: leave it out, and change it with a rotation or with PUT of all secrets`;
  return given.map((name) => ({ field: foreign.fields[`/secrets/${name}`] ?? '', message }));
}

function merchantOf(foreign: ForeignConnector, { before, merchantId }: ShapeTarget): string | FieldProblem {
  const chosen = merchantId ?? before?.merchantId ?? foreign.owner;
  const field = foreign.fields['/merchantId'] ?? '';
  if (chosen === undefined) {
    return { field, message: 'is missing: name the merchant with ?merchantId=' };
  }
  if (ID_PATTERN.test(chosen)) return chosen;
  return { field, value: chosen, message: `is no id of a merchant (${ID_RULE}): name yours with ?merchantId=` };
}

/** Guids are the same with dashes and without. */
function isSameId(one: string, other: string): boolean {
  if (one === other) return true;
  return GUID.test(one) && GUID.test(other) && bareGuid(one) === bareGuid(other);
}
