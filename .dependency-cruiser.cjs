// The direction of dependencies (ARCHITECTURE.md): model ← gateways ← registry ← pipeline ← store, delivery, http,
// platform ← functions. Read each rule as "files in `from` may not import files in `to`".
// test/architecture/boundaries.test.ts counts the modules and plants violations, so that a rule that sees nothing fails.

/** Tests, and what only tests use. */
const TEST = '([.]test|[.]testing|-fixture)[.]ts$';
const UPPER = 'store|delivery|outbound|http|platform|consumer';

/** @param {string} name @param {string} comment @param {object} from @param {object} to */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    forbid(
      'no-cycles',
      'A cycle is one module in several files. Types may refer to each other; values may not.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    forbid('no-unresolved', 'An import that cannot be resolved is checked by no rule.', {}, { couldNotResolve: true }),
    forbid(
      'model-is-pure',
      'The model knows payments, not machines: no clock, no files, no network. node:crypto is for digests.',
      { path: '^shared/model/', pathNot: TEST },
      { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    ),
    forbid(
      'model-knows-nobody',
      'The model is the bottom.',
      { path: '^shared/model/' },
      { path: '^(shared/(?!model/)|local/|functions/|infra/|cli/|bench/)' },
    ),
    forbid(
      'gateways-know-the-model',
      'An adapter translates; it does not store, send or read the registry.',
      { path: '^shared/gateways/' },
      { path: '^(shared/(?!model/|gateways/)|local/|functions/|infra/|cli/|bench/)' },
    ),
    forbid(
      'gateways-are-apart',
      'One folder a gateway: what two share belongs beside them.',
      { path: '^shared/gateways/([^/]+)/' },
      { path: '^shared/gateways/[^/]+/', pathNot: '^shared/gateways/$1/' },
    ),
    forbid(
      'registry-below-pipeline',
      'The registry holds records; use cases call it.',
      { path: '^shared/registry/', pathNot: TEST },
      {
        path: '^(shared/(?!model/|gateways/|registry/)|local/|functions/|infra/|cli/|bench/)',
        pathNot: '^shared/pipeline/ports[.]ts$',
      },
    ),
    forbid(
      'registry-takes-ports-as-types',
      'The clock is a port like any other; use cases stay above the registry.',
      { path: '^shared/registry/', pathNot: TEST },
      { path: '^shared/pipeline/ports[.]ts$', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'pipeline-knows-no-edge',
      'Use cases are written against ports; adapters are handed in.',
      { path: '^shared/pipeline/', pathNot: TEST },
      { path: `^(shared/(${UPPER})/|local/|functions/|infra/|cli/|bench/)` },
    ),
    forbid(
      'edges-know-no-home',
      'What both homes share knows neither.',
      { path: `^shared/(${UPPER})/`, pathNot: TEST },
      { path: '^(local/|functions/|infra/|cli/|bench/)' },
    ),
    forbid(
      'outbound-knows-its-port',
      'The client carries requests; what is asked of a gateway is written in the gateway’s folder.',
      { path: '^shared/outbound/', pathNot: TEST },
      // Its ports: requests, tokens, certificates.
      {
        path: '^shared/(?!outbound/)',
        pathNot: '^shared/gateways/(outbound|asking|gateway|signing-certificate)[.]ts$',
      },
    ),
    forbid(
      'one-way-out',
      'Who is called, by which address, for how long and with what shown of it is decided in shared/outbound alone.',
      // trust-store reads Node's list of authorities from tls, and connects to nobody.
      { path: '^shared/(gateways|registry|pipeline|http)/', pathNot: `(${TEST}|^shared/gateways/trust-store[.]ts$)` },
      { dependencyTypes: ['core'], path: '^(node:)?(http|https|http2|net|tls|dgram|dns|dns/promises)$' },
    ),
    forbid(
      'consumer-stands-alone',
      "The merchants' package takes nothing of ours into their program but types of the model.",
      { path: '^shared/consumer/', pathNot: TEST },
      { path: '^(shared/(?!consumer/)|local/|functions/)', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'consumer-types-from-the-model',
      'Types of stored rows are none of a merchant’s business.',
      { path: '^shared/consumer/', pathNot: TEST },
      { path: '^shared/(?!consumer/|model/)' },
    ),
    forbid(
      'functions-know-no-local',
      'Entry points on AWS do not reach into the embedded home.',
      { path: '^functions/' },
      { path: '^(local|infra|cli|bench)/' },
    ),
    forbid(
      'local-knows-no-functions',
      'The two homes share use cases, not each other.',
      { path: '^local/', pathNot: TEST },
      { path: '^(functions|infra|cli|bench)/' },
    ),
    forbid(
      'infra-by-path-only',
      'What is deployed is named by path, so that synthesizing never loads it.',
      { path: '^infra/' },
      // The tables are data: what the stores read is what is deployed.
      { path: '^(shared|functions|local|cli|bench|test)/', pathNot: '^shared/store/dynamodb/tables[.]ts$' },
    ),
    forbid(
      'tables-are-data',
      'infra imports them: what they would import, every synthesis would load.',
      { path: '^shared/store/dynamodb/tables[.]ts$' },
      { path: '.' },
    ),
    forbid(
      'cli-knows-no-infra',
      'Commands talk to a running Postrider.',
      { path: '^cli/' },
      { path: '^(infra|functions)/' },
    ),
    forbid(
      'product-knows-no-tests',
      'What is shipped does not import what checks it.',
      { path: '^(shared|functions|local|cli|infra)/', pathNot: TEST },
      { path: `(^test/|${TEST})` },
    ),
    forbid(
      'product-needs-no-tools',
      'What is shipped needs only dependencies, not devDependencies.',
      { path: '^(shared|functions|local|cli|examples)/', pathNot: TEST },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '^node_modules/@types/' },
    ),
    forbid(
      'front-stays-light',
      'receive loads front.ts before the answer: neither zod nor an XML parser may come with it.',
      { path: '^shared/gateways/[^/]+/front[.]ts$' },
      { path: '(^|/)node_modules/(zod|fast-xml-parser)/', reachable: true },
    ),
  ],
  options: {
    // With TypeScript 7 the default parser cruises no module at all, silently.
    parser: 'swc',
    tsPreCompilationDeps: 'specify',
    doNotFollow: { path: ['node_modules'] },
    exclude: { path: ['^dist/', '^cdk[.]out/', '^coverage/'] },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
};
