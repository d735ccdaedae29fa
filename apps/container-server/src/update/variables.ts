/** Variables as an engine has them, `NAME=VALUE`, by their names; a bare name takes one away. */
export function variables(...lists: readonly (readonly string[])[]): Map<string, string | undefined> {
  return new Map(
    lists.flat().map((variable) => {
      const at = variable.indexOf('=');
      return at < 0 ? [variable, undefined] : [variable.slice(0, at), variable.slice(at + 1)];
    }),
  );
}
