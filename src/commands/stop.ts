/** Resolves at the first Ctrl-C or SIGTERM, or when the process that started this one is gone. A second signal ends at once. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false
    const stop = () => {
      if (stopping) process.exit(130)
      stopping = true
      // An open channel to the parent would keep this process alive.
      process.removeListener('disconnect', stop)
      if (process.connected) process.disconnect()
      resolve()
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
    if (process.send) process.once('disconnect', stop)
  })
}
