// An answer in words, as a person reads it on a screen and in a letter; the twin of words.py.

import { NOT_APPLICABLE, NOT_OBSERVED } from './state.js'

const WORDS = {
  en: { yes: 'Yes', no: 'No', [NOT_OBSERVED]: 'Not observed', [NOT_APPLICABLE]: 'Does not apply', nothing: 'None of these' },
  cy: { yes: 'Ie', no: 'Na', [NOT_OBSERVED]: 'Heb ei weld', [NOT_APPLICABLE]: 'Ddim yn berthnasol', nothing: "Dim un o'r rhain" }
}
// What a number is counted in, where it is not written alike.
const UNITS = { cy: { years: 'oed', pounds: 'punt' } }
const MONTHS = {
  en: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September',
    'October', 'November', 'December'],
  cy: ['Ionawr', 'Chwefror', 'Mawrth', 'Ebrill', 'Mai', 'Mehefin', 'Gorffennaf', 'Awst', 'Medi',
    'Hydref', 'Tachwedd', 'Rhagfyr']
}

/** The text in a language, else in any there is, else nothing; a plain string is itself. */
export function textOf (texts, language = 'en') {
  if (typeof texts === 'string') return texts
  return texts ? texts[language] ?? Object.values(texts)[0] ?? '' : ''
}

/** The word for an answer shared by every pack. */
export function word (code, language = 'en') {
  return (WORDS[language] ?? WORDS.en)[code]
}

/** What a number is counted in, in words. */
export function unitOf (entry, language = 'en') {
  return UNITS[language]?.[entry.unit] ?? entry.unit
}

/** An ISO date (2026-10-13) as 13 October 2026. */
export function dayInWords (text, language = 'en') {
  const [year, month, day] = text.split('-').map(Number)
  return `${day} ${(MONTHS[language] ?? MONTHS.en)[month - 1]} ${year}`
}

/** The short form of a question: its line, else its label. */
export function questionLine (entry, language = 'en') {
  return textOf(entry.line, language) || textOf(entry.label, language)
}

/** A stored answer to a question or fact in words. */
export function answerInWords (entry, value, language = 'en') {
  if (value === null || value === undefined) return word(NOT_OBSERVED, language)
  if (value === NOT_OBSERVED || value === NOT_APPLICABLE) return word(value, language)
  const option = (code) =>
    textOf((entry.options ?? []).find((one) => one.code === code)?.label, language) || code
  switch (entry.type) {
    case 'yes_no': return word(value, language)
    case 'choice': return option(String(value))
    case 'choices': return value.map(option).join(', ') || word('nothing', language)
    case 'integer': case 'measure': return entry.unit ? `${value} ${unitOf(entry, language)}` : String(value)
    case 'date': return dayInWords(value, language)
    case 'dates': return value.map((one) => dayInWords(one, language)).join(', ') || word('nothing', language)
    case 'photos': return value.join(', ') || word('nothing', language)
    default: return String(value)
  }
}
