/** Of a password that a person chooses; the console says it before the server does. */
export const passwordLengthMin = 10
export const passwordLengthMax = 128
