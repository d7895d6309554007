/**
 * A secret of letters and digits, each drawn evenly: 5.95 bits a character. `randomToken` gives base64url text, of which
 * hyphens and underscores are left out: consoles and shells take them for something else.
 */
export function generateSecret(characters: number, randomToken: (bytes: number) => string): string {
  let text = '';
  while (text.length < characters) text += randomToken(characters).replace(/[^A-Za-z0-9]/g, '');
  return text.slice(0, characters);
}
