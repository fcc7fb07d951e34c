export function Ringing() {
  return null
}
