import { readFile } from 'node:fs/promises'

/** The file's JSON, or a sentence that says why not. */
export async function readJson(path: string): Promise<{ readonly value: unknown } | { readonly problem: string }> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    return { problem: `Cannot read ${path}.` }
  }
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (cause) {
    return { problem: `${path} is not JSON: ${cause instanceof Error ? cause.message : 'unreadable'}` }
  }
}

/** The value after `--name`, and the arguments without either. */
export function takeOption(
  args: readonly string[],
  name: string,
): { readonly value: string | undefined; readonly rest: readonly string[] } {
  const at = args.indexOf(name)
  if (at < 0) return { value: undefined, rest: args }
  return { value: args[at + 1], rest: [...args.slice(0, at), ...args.slice(at + 2)] }
}
