// Numbers and dates as the rules compare them: decimals exactly, months by the calendar.

const PLACES = 12;

/** A decimal (number, or text such as "7.50") as a whole number of 10^-12. */
export function scaled(number) {
  const text = typeof number === 'object' ? number.text : String(number)
  const negative = text.startsWith('-')
  const [whole, part = ''] = text.replace('-', '').split('.')
  const digits = BigInt(whole + part.padEnd(PLACES, '0').slice(0, PLACES))
  return negative ? -digits : digits
}

/** A whole number of 10^-12 as an ordinary number. */
export function unscaled(digits) {
  const whole = digits / 10n ** BigInt(PLACES)
  const rest = digits % 10n ** BigInt(PLACES)
  return rest === 0n ? Number(whole) : Number(digits) / 10 ** PLACES
}

/** The same day of the month `months` later, or that month's last day if it is shorter. ISO dates. */
export function addMonths(day, months) {
  const [year, month, date] = day.split('-').map(Number)
  const index = year * 12 + month - 1 + months
  const newYear = Math.floor(index / 12)
  const newMonth = (index % 12) + 1
  const last = new Date(Date.UTC(newYear, newMonth, 0)).getUTCDate()
  const pad = (number, width) => String(number).padStart(width, '0')
  return `${pad(newYear, 4)}-${pad(newMonth, 2)}-${pad(Math.min(date, last), 2)}`
}

/** Whether text is a real date such as 2026-10-13. */
export function isDate(text) {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const [year, month, date] = text.split('-').map(Number)
  return year > 0 && month >= 1 && month <= 12 && date >= 1 &&
    date <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}
