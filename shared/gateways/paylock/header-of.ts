/** What API Gateway puts before the names of headers that it keeps for itself, Date above all. */
const REMAPPED = 'x-amzn-remapped-';

/** The names that a header may arrive under; lower case. */
export function arrivingNames(name: string): readonly string[] {
  return [name.toLowerCase(), `${REMAPPED}${name.toLowerCase()}`];
}

/** A header's value under whichever of them it came; '' where it did not come. */
export function headerOf(headers: Readonly<Record<string, string>>, name: string): string {
  return (
    arrivingNames(name)
      .map((arriving) => headers[arriving])
      .find((value) => value !== undefined && value !== '') ?? ''
  );
}
