// One call of a function, written for the other doors: the command line and SQL.
import type { FunctionInfo } from '@/api/types'

export interface Call {
  info: FunctionInfo
  args: Record<string, string>
  date: string
  division: string
  draft: string
}

function shell(word: string): string {
  return /^[\w.+-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`
}

export function commandOf(call: Call): string {
  const args = Object.entries(call.args).map(([name, value]) => `${name}=${shell(value)}`)
  const date = call.date ? ['--date', call.date] : []
  const division = call.division ? ['--division', shell(call.division)] : []
  return ['qingshan figure', call.info.name, ...args, ...date, ...division].join(' ')
}

/** Arguments by their place, then the day and the division; what is not given is NULL, and left out at the end. */
export function sqlOf(call: Call): string {
  const text = (value: string | undefined) => (value ? `'${value.replace(/'/g, "''")}'` : 'NULL')
  const all = [...call.info.args.map((a) => text(call.args[a.name])), text(call.date), text(call.division)]
  while (all.length > 1 && all.at(-1) === 'NULL') all.pop()
  return `SELECT ${call.info.name.replaceAll('.', '_')}(${all.join(', ')})`
}
