// A plug-in of the CDK's command line (cdk.json "plugin"): `npx cdk deploy -c env=dev` deploys both stacks.
//
// By itself the command line (aws-cdk 2.1148.1) deploys without names only an app of exactly one stack; of several it
// wants the names or `--all`, which it reads from its arguments only, not from cdk.json. So a deploy that names none is
// run once more with `--all`. `destroy` is not: what is to be deleted is to be said.
const { spawnSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { parseArgs } = require('node:util');

/**
 * The arguments with `--all`, if they are a deploy that names no stack; otherwise undefined.
 * @param {readonly string[]} args what stands behind `cdk`
 * @returns {readonly string[] | undefined}
 */
function withBothStacks(args) {
  const { values, positionals } = parseArgs({ args: [...args], options: optionsOfDeploy(), strict: false });
  return positionals.length === 1 && positionals[0] === 'deploy' && values.all === undefined && !values.help
    ? [...args, '--all']
    : undefined;
}

/** Which options take a value, by the CLI's own list: `deploy -c env=dev` names no stack, `deploy x` does. */
function optionsOfDeploy() {
  const folder = dirname(require.resolve('aws-cdk/package.json'));
  const { globalOptions, commands } = JSON.parse(
    readFileSync(join(folder, 'lib', 'cli', 'cli-type-registry.json'), 'utf8'),
  );
  const all = Object.entries({ help: { type: 'boolean', alias: 'h' }, ...globalOptions, ...commands.deploy.options });
  return Object.fromEntries(
    all.map(([name, { type, alias }]) => [
      name,
      {
        type: type === 'boolean' ? 'boolean' : 'string',
        multiple: type === 'array',
        ...(typeof alias === 'string' && alias.length === 1 && { short: alias }),
      },
    ]),
  );
}

function init() {
  const args = process.env.CDK_ALL === undefined ? withBothStacks(process.argv.slice(2)) : undefined;
  if (args === undefined) return;
  process.stderr.write('postrider: no stack is named, so both are deployed (--all)\n');
  const { status } = spawnSync(process.execPath, [require.main.filename, ...args], { stdio: 'inherit' });
  process.exit(status ?? 1);
}

module.exports = { version: '1', init, withBothStacks };
