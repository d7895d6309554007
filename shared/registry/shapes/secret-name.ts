/** Names under which other systems write down what nobody else may know. */
const SECRET_NAME = /secret|passw|passphrase|pwd|private|token|credential|signature|api_?key|key$|pin$|authorization/i;

/** Of a member that we do not know: when in doubt, yes. */
export function soundsSecret(name: string): boolean {
  return SECRET_NAME.test(name);
}
