// The form of dates in the 2010 API and in Voice callbacks: Mon, 23 Nov 2026 06:15:04 +0000.
export function rfc2822(ms) {
  return ms === null ? null : new Date(ms).toUTCString().replace('GMT', '+0000');
}
