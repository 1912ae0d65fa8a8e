// REFs carry the law they are judged by (`?law_of=`) and, in one way or another, a day.

/** The same figure under the law of another date; the one of each day if `lawOf` is null. */
export function withLaw(reference: string, lawOf: string | null): string {
  const [place = '', query = ''] = reference.split('?')
  const params = new URLSearchParams(query)
  if (lawOf) params.set('law_of', lawOf)
  const tail = params.toString()
  return tail ? `${place}?${tail}` : place
}

/** The day whose law a REF is judged by: the one it asks for, else the last day it names. */
export function lawDay(reference: string): string | null {
  const [place = '', query = ''] = reference.split('?')
  const params = new URLSearchParams(query)
  return params.get('law_of') ?? params.get('date') ?? place.match(/\d{4}-\d{2}-\d{2}/g)?.at(-1) ?? null
}
