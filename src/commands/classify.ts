import { classifyStream } from '../reply/classify.ts'
import { reportOf, scoreFile } from '../reply/score.ts'

/** `huifang classify`: verdicts for the replies on stdin, or the figures of a labelled file. */
export async function classify(options: { explain?: true; score?: string }): Promise<void> {
  if (options.score === undefined)
    return classifyStream(process.stdin, process.stdout, { explain: options.explain === true })
  process.stdout.write(reportOf(await scoreFile(options.score)))
}
