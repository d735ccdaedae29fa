/** The time of today, or day and time. */
export function localTime(iso: string): string {
  const at = new Date(iso);
  const [time = ''] = at.toTimeString().split(' ');
  if (at.toDateString() === new Date().toDateString()) return time;
  return `${at.getFullYear()}-${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())} ${time}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
