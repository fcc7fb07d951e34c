/** Whether a reply speaks of somebody in danger. */
export function isUrgent(text: string): boolean {
  return /救命|出人命|不想活|快来人/.test(text)
}
